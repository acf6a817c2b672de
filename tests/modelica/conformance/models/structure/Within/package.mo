within ;
package Within "Package in several files with nested packages"
end Within;
