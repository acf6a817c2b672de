within Within;
package Parts "Components"
end Parts;
