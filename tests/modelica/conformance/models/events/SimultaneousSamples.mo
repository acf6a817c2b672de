// two sample rates that meet: both when clauses see consistent values at the common instants
model SimultaneousSamples
  output Integer fast(start = 0, fixed = true);
  output Integer slow(start = 0, fixed = true);
  discrete output Real product(start = 0, fixed = true);
equation
  when sample(0.5, 0.5) then
    fast = pre(fast) + 1;
  end when;
  when sample(1, 1) then
    slow = pre(slow) + 1;
    product = fast*slow;
  end when;
end SimultaneousSamples;
