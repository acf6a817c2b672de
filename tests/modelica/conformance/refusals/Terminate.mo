// expects: 'terminate' is not supported in when; use .*assert
model Terminate
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
  when x < 0.5 then // here
    terminate("done");
  end when;
end Terminate;
