// records as arguments and results of functions, arrays of records, record constructor in the body
package RecordArguments
  record State
    Real p;
    Real T;
  end State;
  function density
    input State s;
    output Real rho;
  algorithm
    rho := s.p/(287.0*s.T);
  end density;
  function mix
    input State a;
    input State b;
    input Real w = 0.5;
    output State s;
  algorithm
    s := State(p = w*a.p + (1 - w)*b.p, T = w*a.T + (1 - w)*b.T);
  end mix;
  function field
    input State s;
    output State r;
  algorithm
    r.p := 2*s.p;
    r.T := s.T + 1;
  end field;
  model Main
    State s(p = 1e5, T = 300 + time);
    State m = mix(s, State(2e5, 400.0), 0.25);
    State f = field(m);
    output Real rho = density(m);
    output Real other = density(field(f));
  end Main;
end RecordArguments;
