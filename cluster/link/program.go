package link

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// ProgramStatement is what the cloud signs to have a site run another version of its program.
type ProgramStatement struct {
	Site     string        `json:"site"`
	Key      string        `json:"key"`      // of the command, which runs once
	Digest   string        `json:"digest"`   // of the program, SHA-256, hexadecimal
	Size     int64         `json:"size"`     // of the program, octets
	Version  string        `json:"version"`  // as the program says it
	Platform string        `json:"platform"` // linux/arm64
	Issued   time.Time     `json:"issued"`
	By       string        `json:"by"`
	Policy   ProgramPolicy `json:"policy"`
}

// ProgramPolicy is how a node is to bring in a version.
type ProgramPolicy struct {
	Window   time.Duration `json:"window_ns" doc:"The node is watched for so long, as after a change of its configuration."`
	Confirm  time.Duration `json:"confirm_ns" doc:"The cloud has to see it within this, after the window."`
	Start    time.Duration `json:"start_ns" doc:"A start that takes so much longer than both hangs, and is ended."`
	MaxBad   float64       `json:"max_bad_tags" doc:"The share of tags, 0 to 1, that may be Bad afterwards and were not before."`
	Restarts int           `json:"max_restarts" doc:"Of actors within the window."`
}

// DefaultProgramPolicy is that of an upgrade of which nothing else was said.
func DefaultProgramPolicy() ProgramPolicy {
	return ProgramPolicy{Window: time.Minute, Confirm: 5 * time.Minute, Start: 2 * time.Minute, MaxBad: 0.1, Restarts: 3}
}

// programContext separates these signatures from any other use of the key.
const programContext = "holdfast program 1\n"

// SignProgram signs that a site is to run a version.
func SignProgram(key ed25519.PrivateKey, s ProgramStatement) (Signed, error) {
	return sign(key, programContext, s)
}

// errProgram says that a statement makes no sense although it is signed.
var errProgram = errors.New("the statement about the program makes no sense")

// VerifyProgram returns what was signed, if one of the signers has signed it for the site and the command.
func VerifyProgram(signed Signed, signers []ed25519.PublicKey, site, key string) (s ProgramStatement, err error) {
	if err := signed.read(programContext, signers, &s); err != nil {
		return ProgramStatement{}, err
	}
	switch p := s.Policy; {
	case s.Site != site:
		return ProgramStatement{}, ErrOtherSite
	case s.Key != key:
		return ProgramStatement{}, fmt.Errorf("%w: it is for the command %s", errProgram, Cut(s.Key))
	case !IsDigest(s.Digest) || s.Size <= 0 || s.Size > MaxArtefact || CheckVersion(s.Version) != nil || p.Window < 0 || p.Confirm <= 0 || p.Start <= 0:
		return ProgramStatement{}, errProgram
	}
	return s, nil
}
