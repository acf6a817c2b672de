within ;
package HeatReuse "Data-center heat reuse: data-center loop, heat pumps, storage, district grid"
end HeatReuse;
