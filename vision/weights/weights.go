// Package weights carries trained parameters. Only what imports it pays for their size.
package weights

import _ "embed"

// CNN are the weights of vision.CNN as `kedja train mnist --seed 1` leaves them, in the safetensors format. Their accuracy on the
// 10,000 test images is 0.9937; tools/weights.sh makes them again.
//
//go:embed cnn.safetensors
var CNN []byte
