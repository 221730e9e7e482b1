// Package torch reads what PyTorch's models are saved as, and writes what PyTorch reads: a state_dict in a file of the safetensors
// format. It knows how PyTorch names and lays out the parameters of each of nn's layers.
//
//	model.load_state_dict(safetensors.torch.load_file("net.safetensors"))    reads what Save wrote
//	safetensors.torch.save_file(model.state_dict(), "net.safetensors")       writes what Load reads
//
// The rest of a name is the path of fields that leads to a layer, in PyTorch's spelling: the weights of Blocks[0].NormOut are
// "blocks.0.norm_out.weight", unless [Names] says else. docs/pytorch.md has the table of layers.
//
// The package must not know how a graph is run, or how a model is trained.
package torch
