// Package tensorboard writes event files that TensorBoard shows: scalars, histograms, images and texts by step.
//
//	w, err := tensorboard.Open("runs/moons")
//	w.Scalar("loss", step, 0.25)
//
// and then `tensorboard --logdir runs`. As one of the Loggers of a train.Loop it writes what the loop reports; what else is to be seen is
// written by a callback of the loop. When a run is resumed, the file is cut back to where the checkpoint was taken, so that nothing is in
// it twice.
//
// The format, as TensorFlow's record_writer.cc and event.proto state it: a file is records of
//
//	length uint64, masked CRC-32C of length uint32, data, masked CRC-32C of data uint32     little-endian
//
// with an Event of protocol buffers as data, the first of which names the version. The package writes the few messages that it takes by
// itself. TensorBoard's scalars are of float32.
package tensorboard
