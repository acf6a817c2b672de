// expects: 'initialState' of state machines is not supported; write an enumeration and when
model StateMachine
  block State
    output Integer n(start = 0);
  equation
    n = 1;
  end State;
  State a;
  State b;
  Real x(start = 0, fixed = true);
equation
  der(x) = 1;
  initialState(a); // here
  transition(a, b, x > 1);
end StateMachine;
