// for equations: nested loops, ranges with steps, reversed ranges, several indices, size as the limit
model ForLoops
  parameter Integer n = 4;
  Real a[n, 3];
  Real b[7];
  Real c[n];
  Real d[3];
equation
  for i in 1:n loop
    for j in 1:size(a, 2) loop
      a[i, j] = i*time + 10*j;
    end for;
  end for;
  for i in 1:2:7 loop
    b[i] = i*time;
  end for;
  for i in 6:-2:2 loop
    b[i] = -i*time;
  end for;
  c[n] = time;
  for i in n - 1:-1:1 loop
    c[i] = 2*c[i + 1];
  end for;
  for i in 1:3, k in 1:1 loop
    d[i] = i + k + time;
  end for;
end ForLoops;
