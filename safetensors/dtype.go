package safetensors

import "github.com/kedja-ml/kedja/graph"

var dtypes = map[graph.Dtype]string{
	graph.Float32: "F32", graph.Float64: "F64", graph.Int32: "I32", graph.Int64: "I64", graph.Uint8: "U8", graph.Bool: "BOOL",
	graph.Float16: "F16", graph.BFloat16: "BF16",
}

// DtypeOf is the format's name of a dtype.
func DtypeOf(d graph.Dtype) string { return dtypes[d] }
