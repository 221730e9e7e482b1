package graph

// A Dtype is the type of the elements of an array.
//
// Float32 and Float64 are for arithmetic; Int32, Int64, Uint8 and Bool for indices, labels, images and masks;
// Float16 and BFloat16 for storage. Nothing is promoted implicitly: mixing dtypes is an error that names the cast.
type Dtype uint8

const (
	Float32 Dtype = iota
	Float64
	Int32
	Int64
	Uint8
	Bool
	Float16
	BFloat16
)

var dtypes = [...]struct {
	name string
	size int
}{{"float32", 4}, {"float64", 8}, {"int32", 4}, {"int64", 8}, {"uint8", 1}, {"bool", 1}, {"float16", 2}, {"bfloat16", 2}}

func (d Dtype) String() string {
	if int(d) >= len(dtypes) {
		return "no dtype"
	}
	return dtypes[d].name
}

// Size is the number of bytes of one element, 0 of a dtype that is none.
func (d Dtype) Size() int {
	if int(d) >= len(dtypes) {
		return 0
	}
	return dtypes[d].size
}

// Float reports whether cotangents of this dtype exist: Float32 and Float64 only.
func (d Dtype) Float() bool { return d == Float32 || d == Float64 }

// Integer reports whether d counts: Int32, Int64 or Uint8.
func (d Dtype) Integer() bool { return d == Int32 || d == Int64 || d == Uint8 }

// Element lists the Go types that hold elements of the computing dtypes.
type Element interface {
	float32 | float64 | int32 | int64 | uint8 | bool
}

// Floating lists the Go types of the dtypes that have gradients.
type Floating interface{ float32 | float64 }

// DtypeOf returns the dtype whose elements are Go values of type T.
func DtypeOf[T Element]() Dtype {
	var v T
	switch any(v).(type) {
	case float64:
		return Float64
	case int32:
		return Int32
	case int64:
		return Int64
	case uint8:
		return Uint8
	case bool:
		return Bool
	}
	return Float32
}
