package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// Format is the version of the layout that is written, and the only one that is read.
const Format = 1

// MaxManifest bounds the length of a manifest in bytes.
const MaxManifest = 16 << 20

// A Manifest is all of a checkpoint that is no array, as manifest.json holds it.
type Manifest struct {
	Format  int                `json:"format"`
	Step    int                `json:"step"`
	Metrics map[string]float64 `json:"metrics,omitempty"` // measured by then; none is NaN or infinite
	Weights []Tensor           `json:"weights"`           // in weights.safetensors
	State   []Tensor           `json:"state"`             // in state.safetensors
	Logs    []Log              `json:"logs,omitempty"`    // cut back to these lengths when the run is taken up
	Graph   string             `json:"graph,omitempty"`   // SHA-256 of the step's graph as printed, and of how it may be rounded where that was chosen
	Build   Build              `json:"build"`
	// Parts is what others keep here under a name of their own: a loader's position, a command's settings.
	Parts map[string]json.RawMessage `json:"parts,omitempty"`
}

// A Tensor describes one array.
type Tensor struct {
	Name   string `json:"name"`
	Dtype  string `json:"dtype"`
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"` // of its bytes
}

// A Log is a file beside the store that grows as the run goes on.
type Log struct {
	Name   string `json:"name"`
	Offset int64  `json:"offset"` // its length when the checkpoint was taken
}

// Build is what the bits of a result depend on apart from inputs: the same bits are promised where all of it is the same.
type Build struct {
	Kedja string `json:"kedja"` // version or revision of the library; where that does not tell, SHA-256 of the program
	Go    string `json:"go"`
	CPU   string `json:"cpu"` // architecture and instruction set of the kernels
}

// ThisBuild describes the running program.
func ThisBuild() Build {
	b := Build{Kedja: library(), Go: runtime.Version(), CPU: runtime.GOARCH}
	switch {
	case cpu.AVX512:
		b.CPU += " avx512"
	case cpu.AVX2:
		b.CPU += " avx2"
	default:
		b.CPU += " plain"
	}
	return b
}

// library names the code of the library that is in this program. A program of go run has no revision, one of a work tree with changes has the
// revision of none, and a module that is replaced by a folder has any version.
var library = sync.OnceValue(func() string {
	const module = "github.com/kedja-ml/kedja"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return program()
	}
	for _, d := range info.Deps {
		if d.Path == module && d.Replace == nil {
			return d.Version
		}
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if info.Main.Path == module && set["vcs.revision"] != "" && set["vcs.modified"] != "true" {
		return set["vcs.revision"]
	}
	return program()
})

// program is the sum of the file that runs.
func program() string {
	path, err := os.Executable()
	if err != nil {
		return "unknown"
	}
	f, err := os.Open(path)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "unknown"
	}
	return "program " + hex.EncodeToString(h.Sum(nil))[:16]
}

// Differs says in what two builds differ, "" if in nothing.
func (b Build) Differs(now Build) string {
	var s string
	for _, f := range [][3]string{{"CPU class", b.CPU, now.CPU}, {"Go", b.Go, now.Go}, {"Kedja", b.Kedja, now.Kedja}} {
		if f[1] != f[2] {
			if s != "" {
				s += ", "
			}
			s += fmt.Sprintf("%s %s then and %s now", f[0], f[1], f[2])
		}
	}
	return s
}

// encode writes the manifest for people as well.
func (m *Manifest) encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, err
	}
	if len(b) >= MaxManifest {
		return nil, fmt.Errorf("manifest.json of %d bytes, want less than %d", len(b), MaxManifest)
	}
	return append(b, '\n'), nil
}

// DecodeManifest reads a manifest. It is strict: an unknown field, something behind it or another format is an error.
func DecodeManifest(b []byte) (*Manifest, error) {
	if len(b) > MaxManifest {
		return nil, fmt.Errorf("%d bytes, want at most %d", len(b), MaxManifest)
	}
	var version struct{ Format int }
	if err := json.Unmarshal(b, &version); err != nil {
		return nil, fmt.Errorf("want a JSON object: %w", err)
	}
	if version.Format != Format {
		return nil, fmt.Errorf("format %d, this program reads format %d", version.Format, Format)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	m := &Manifest{}
	if err := d.Decode(m); err != nil {
		return nil, err
	}
	if m.Step < 0 {
		return nil, fmt.Errorf("step %d", m.Step)
	}
	return m, nil
}
