within Within;
package Constants "Constants of the package"
  constant Real c = 4186.0 "J/(kg.K)";
  constant Real g = 9.81 "m/s2";
end Constants;
