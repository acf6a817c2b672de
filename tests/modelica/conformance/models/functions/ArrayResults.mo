// functions with arrays and matrices as inputs and results, linear solve by hand, in equations of states
model ArrayResults
  function solve2
    input Real A[2, 2];
    input Real b[2];
    output Real x[2];
  protected
    Real d;
  algorithm
    d := A[1, 1]*A[2, 2] - A[1, 2]*A[2, 1];
    x[1] := (A[2, 2]*b[1] - A[1, 2]*b[2])/d;
    x[2] := (A[1, 1]*b[2] - A[2, 1]*b[1])/d;
  end solve2;
  Real x[2](start = {1, 0}, each fixed = true);
equation
  der(x) = -solve2([2, 1; 1, 3], x);
end ArrayResults;
