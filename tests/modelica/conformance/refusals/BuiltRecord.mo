// expects: '.*BuiltRecord' is a record, not a model; give the name of a model or block
record BuiltRecord // here
  Real T;
end BuiltRecord;
