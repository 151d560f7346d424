package wasm

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Digest names a module by what it is: the SHA-256 of its code.
type Digest [sha256.Size]byte

// ErrDigest is the cause where code is not what its digest says.
var ErrDigest = errors.New("the digest does not fit")

// DigestOf returns the digest of code.
func DigestOf(code []byte) Digest { return sha256.Sum256(code) }

// String returns "sha256:" and 64 hexadecimal digits.
func (d Digest) String() string { return "sha256:" + hex.EncodeToString(d[:]) }

// ParseDigest is the inverse of Digest.String.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	digits, ok := strings.CutPrefix(s, "sha256:")
	if n, err := hex.Decode(d[:], []byte(digits[:min(len(digits), 2*len(d))])); !ok || err != nil || n != len(d) || len(digits) != 2*len(d) {
		return Digest{}, fmt.Errorf("digest %q: want sha256: and 64 hexadecimal digits", s)
	}
	return d, nil
}
