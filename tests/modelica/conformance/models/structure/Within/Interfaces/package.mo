within Within;
package Interfaces "Connectors"
end Interfaces;
