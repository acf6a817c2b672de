// expects: 'while y > 1' has no static bound.*count the iterations
model UnboundedWhile
  function halve
    input Real x;
    output Real y;
  algorithm
    y := x;
    while y > 1 loop // here
      y := y/2;
    end while;
  end halve;
  output Real y = halve(10 + time);
end UnboundedWhile;
