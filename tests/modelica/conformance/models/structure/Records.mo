// records: nested, arrays of records, records as parameters, constructor with named and default fields
package Records
  record Point
    Real x = 1.0;
    Real y = 2.0;
  end Point;
  record Line
    Point a;
    Point b;
    Real w = 0.5;
  end Line;
  record Data
    parameter Real k = 1.0;
    parameter Real c[3] = {1.0, 2.0, 3.0};
  end Data;
  model Main
    parameter Data data(k = 2.0);
    parameter Data many[2] = {Data(k = 0.5), Data(k = 0.25, c = {4.0, 5.0, 6.0})};
    Point p = Point(y = time, x = 3.0);
    Line l(a = p, b = Point(5.0, 6.0));
    Point ps[2] = {Point(time, 2.0*time), Point(x = 7.0)};
    output Real o1 = l.a.x + 10.0*l.a.y + 100.0*l.b.x + 1000.0*l.b.y + l.w;
    output Real o2 = ps[1].x + 10.0*ps[1].y + 100.0*ps[2].x + 1000.0*ps[2].y;
    output Real o3 = data.k*data.c[2] + many[1].c[3]*many[1].k + many[2].c[1]*many[2].k;
  end Main;
end Records;
