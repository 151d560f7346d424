package link

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// File is one file of a configuration, or an artefact that goes with it: that has a digest and a size instead of data, and is
// fetched by them. What is signed is the bundle, and with it what the artefact has to be.
type File struct {
	Name   string `json:"name"`
	Data   string `json:"data"`
	Digest string `json:"digest,omitempty" doc:"SHA-256 of an artefact, in hexadecimal; only the cloud says it."`
	Size   int64  `json:"size,omitempty" doc:"Of the artefact, octets."`
}

// Apart splits a bundle into the files of the configuration and the artefacts that go with it.
func Apart(files []File) (plain, artefacts []File) {
	for _, f := range files {
		if f.Digest != "" {
			artefacts = append(artefacts, f)
		} else {
			plain = append(plain, f)
		}
	}
	return plain, artefacts
}

// check says what is wrong with a file beside its name.
func (f File) check() error {
	switch {
	case f.Digest == "" && f.Size == 0:
		return nil
	case f.Data != "" || !IsDigest(f.Digest) || f.Size <= 0 || f.Size > MaxArtefact:
		return fmt.Errorf("%w: %q is neither a file nor an artefact of at most %d octets", ErrBundle, Cut(f.Name), MaxArtefact)
	}
	return nil
}

// ErrBundle says that octets are no bundle.
var ErrBundle = errors.New("no bundle of a configuration")

// maxFiles bounds a bundle's files.
const maxFiles = 1000

// EncodeBundle returns the files of a configuration as one artefact, the same for the same files.
func EncodeBundle(files []File) ([]byte, error) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(files); err != nil {
		return nil, fmt.Errorf("write the bundle: %w", err)
	}
	if _, err := DecodeBundle(b.Bytes()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// DecodeBundle returns the files, whose names are plain and differ.
func DecodeBundle(bundle []byte) ([]File, error) {
	if len(bundle) > MaxBundle {
		return nil, fmt.Errorf("%w: %d octets, more than %d", ErrBundle, len(bundle), MaxBundle)
	}
	var files []File
	d := json.NewDecoder(bytes.NewReader(bundle))
	d.DisallowUnknownFields()
	if err := d.Decode(&files); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if len(files) == 0 || len(files) > maxFiles {
		return nil, fmt.Errorf("%w: %d files, want 1 to %d", ErrBundle, len(files), maxFiles)
	}
	seen := map[string]bool{}
	for _, f := range files {
		if f.Name == "" || seen[f.Name] || strings.ContainsAny(f.Name, "/\\\x00") || strings.HasPrefix(f.Name, ".") {
			return nil, fmt.Errorf("%w: the file name %q", ErrBundle, Cut(f.Name))
		}
		if err := f.check(); err != nil {
			return nil, err
		}
		seen[f.Name] = true
	}
	return files, nil
}

// Digest returns the SHA-256 of an artefact, in hexadecimal.
func Digest(artefact []byte) string {
	sum := sha256.Sum256(artefact)
	return hex.EncodeToString(sum[:])
}

// IsDigest tells whether a text may be a digest.
func IsDigest(text string) bool {
	octets, err := hex.DecodeString(text)
	return err == nil && len(octets) == sha256.Size && strings.ToLower(text) == text
}
