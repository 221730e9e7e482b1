package mnist

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// What is embedded is checked before it is unpacked, and what comes out before it is used.
func TestUnpackRefuses(t *testing.T) {
	sum := func(b []byte) string {
		h := sha256.Sum256(b)
		return hex.EncodeToString(h[:])
	}
	packed := func(s string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	good := packed("\x00\x00\x08\x01\x00\x00\x00\x02ab")
	if a, err := unpack(good, sum(good), 1); err != nil || string(a) != "ab" {
		t.Error(a, err)
	}
	for want, c := range map[string]struct {
		data []byte
		sum  string
		axes int
	}{
		"the embedded file has the SHA-256 ": {good, sum(good[1:]), 1},
		"1 axes, want 3":                     {good, sum(good), 3},
		"invalid header":                     {[]byte("no gzip at all"), sum([]byte("no gzip at all")), 1},
		"unexpected EOF":                     {good[:len(good)-9], sum(good[:len(good)-9]), 1},
		"idx: no header":                     {packed(""), sum(packed("")), 1},
	} {
		if _, err := unpack(c.data, c.sum, c.axes); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
