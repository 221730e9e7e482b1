package torch

import (
	"strconv"

	"github.com/kedja-ml/kedja/nn"
)

// recurrent is nn.RNN, nn.LSTM or nn.GRU: all layers' parameters lie side by side, told apart by the ends of their names.
// A MinGRU, which PyTorch has not, is called alike.
func (w *walker) recurrent(p place, r *nn.Recurrent) {
	ways := []struct {
		part, end string
		layers    []*nn.RecurrentWeights
	}{{"Ahead.", "", r.Ahead}, {"Back.", "_reverse", r.Back}}
	for l := range r.Ahead {
		for _, way := range ways {
			if l >= len(way.layers) || way.layers[l] == nil {
				continue
			}
			n := strconv.Itoa(l)
			part, end, v := way.part+n+".", "_l"+n+way.end, way.layers[l]
			if v.W != nil && v.W.Type().Shape.Rank() == 2 {
				w.columns(w.at(p, part+"W", "weight_ih"+end), v.W, 0, v.W.Type().Shape.Dim(1))
			}
			if v.U != nil && v.U.Type().Shape.Rank() == 2 {
				w.columns(w.at(p, part+"U", "weight_hh"+end), v.U, 0, v.U.Type().Shape.Dim(1))
			}
			w.part(p, part+"BW", "bias_ih"+end, v.BW)
			w.part(p, part+"BU", "bias_hh"+end, v.BU)
		}
	}
}
