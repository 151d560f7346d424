// Package artefacts is what sites fetch by digest beside their configurations: WebAssembly modules and versions of the
// node's program. What an artefact is, is in the members' common store; its octets are in the blob store.
//
// A site may fetch what it was told to use, and nothing else: a grant says so, which is entered with the generation or the
// upgrade that names the artefact.
package artefacts

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
)

// Kind is what an artefact is for.
type Kind string

// The kinds.
const (
	Wasm    Kind = "wasm"    // functions of rules
	Program Kind = "program" // a version of the node
)

// Artefact is one artefact, without its octets.
type Artefact struct {
	Digest   string    `json:"digest" doc:"SHA-256, hexadecimal."`
	Name     string    `json:"name" doc:"For people."`
	Kind     Kind      `json:"kind" enum:"wasm,program"`
	Size     int64     `json:"size" doc:"Octets."`
	Version  string    `json:"version,omitempty" doc:"Of a program, as it says itself."`
	Platform string    `json:"platform,omitempty" doc:"Of a program: its operating system, a slash, its processor, as Go names them." example:"linux/arm64"`
	By       string    `json:"by"`
	Uploaded time.Time `json:"uploaded"`
}

// What callers branch on.
var (
	ErrUnknown = errors.New("there is no such artefact")
	ErrInput   = errors.New("this is no artefact of that kind")
	ErrUsed    = errors.New("sites were told to use it")
)

// check says what is wrong with an artefact.
func (a Artefact) check(octets []byte) error {
	if err := link.CheckName(a.Name); err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	if len(octets) == 0 || len(octets) > link.MaxArtefact {
		return fmt.Errorf("%w: %d octets, want 1 to %d", ErrInput, len(octets), link.MaxArtefact)
	}
	switch a.Kind {
	case Wasm:
		if !bytes.HasPrefix(octets, []byte("\x00asm")) {
			return fmt.Errorf("%w: it does not begin as WebAssembly does", ErrInput)
		}
	case Program:
		if link.CheckVersion(a.Version) != nil || !platform().MatchString(a.Platform) {
			return fmt.Errorf("%w: a program has a version, and a platform such as linux/arm64", ErrInput)
		}
	default:
		return fmt.Errorf("%w: %q is no kind", ErrInput, link.Cut(string(a.Kind)))
	}
	return nil
}

func platform() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]{1,32}/[a-z0-9]{1,32}$`) }
