// expects: 'world.a', 'leak\[2\].pipe.b' with stream variables are connected across components.*; lead the connection through
package OuterPortWithStreamArrays
  connector Port
    Real p;
    flow Real m_flow;
    stream Real h;
  end Port;
  model Source
    Port a;
  equation
    a.p = 1;
    a.h = 2;
  end Source;
  model Leak
    outer Source world;
    Port a;
    Pipe pipe;
  equation
    connect(a, pipe.a);
    connect(pipe.b, world.a); // here
  end Leak;
  model Pipe
    Port a;
    Port b;
  equation
    a.m_flow + b.m_flow = 0;
    a.p - b.p = a.m_flow;
    a.h = inStream(b.h);
    b.h = inStream(a.h);
  end Pipe;
  model Main
    inner Source world;
    Source source;
    Leak leak[2];
  equation
    connect(source.a, leak[1].a);
    connect(source.a, leak[2].a);
  end Main;
end OuterPortWithStreamArrays;
