// expects: '.*BuiltConnector' is a connector, not a model; give the name of a model or block
connector BuiltConnector // here
  Real T;
end BuiltConnector;
