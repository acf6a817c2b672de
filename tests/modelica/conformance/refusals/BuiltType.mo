// expects: '.*BuiltType' is a type, not a model; give the name of a model or block
type BuiltType = Real(unit = "K"); // here
