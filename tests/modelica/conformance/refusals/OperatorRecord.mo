// expects: operators of records \('Complex'\) are not supported; write functions
package OperatorRecord
  operator record Complex // here
    Real re;
    Real im;
    encapsulated operator '+'
      import OperatorRecord.Complex;
      function add
        input Complex a;
        input Complex b;
        output Complex c;
      algorithm
        c := Complex(a.re + b.re, a.im + b.im);
      end add;
    end '+';
  end Complex;
  model Main
    Complex a = Complex(1, time);
    Complex b = a + a;
    output Real y = b.re;
  end Main;
end OperatorRecord;
