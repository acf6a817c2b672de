// expects: 'ExternalObject' is not supported; write a function or a table in Modelica
model ExternalObjects
  class Table
    extends ExternalObject; // here
    function constructor
      input Real x;
      output Table t;
      external "C" t = make(x);
    end constructor;
    function destructor
      input Table t;
      external "C" release(t);
    end destructor;
  end Table;
  Table t = Table(1.0);
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
end ExternalObjects;
