// expects: '.*BuiltPackage' is a package, not a model: give the name of a model or block
encapsulated package BuiltPackage // here
  constant Real g = 9.81;
end BuiltPackage;
