package link

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Token lets one site join once. Its text is
//
//	hf1.ID.SECRET.FINGERPRINT
//
// with each part in base64url. The fingerprint is of the CA, so that the node knows the cloud it talks to before it
// says the secret.
type Token struct {
	ID          string
	Secret      [24]byte
	Fingerprint [sha256.Size]byte // SHA-256 of the CA's certificate, DER
}

const tokenPrefix = "hf1"

// ErrToken says that a text is no token.
var ErrToken = errors.New("this is no token: copy the whole of it, from hf1. on")

// NewToken returns a token that nobody can guess.
func NewToken(authority []byte) Token {
	t := Token{Fingerprint: sha256.Sum256(authority)}
	var id [9]byte
	rand.Read(id[:]) // never fails
	rand.Read(t.Secret[:])
	t.ID = base64.RawURLEncoding.EncodeToString(id[:])
	return t
}

// String returns the token as it is told to a person, once.
func (t Token) String() string {
	return strings.Join([]string{
		tokenPrefix, t.ID,
		base64.RawURLEncoding.EncodeToString(t.Secret[:]),
		base64.RawURLEncoding.EncodeToString(t.Fingerprint[:]),
	}, ".")
}

// ParseToken is the inverse of Token.String.
func ParseToken(text string) (t Token, err error) {
	parts := strings.Split(strings.TrimSpace(text), ".")
	if len(parts) != 4 || parts[0] != tokenPrefix || len(parts[1]) != 12 {
		return t, ErrToken
	}
	t.ID = parts[1]
	for i, into := range [][]byte{make([]byte, 9), t.Secret[:], t.Fingerprint[:]} {
		octets, err := base64.RawURLEncoding.Strict().DecodeString(parts[i+1])
		if err != nil || len(octets) != len(into) {
			return Token{}, fmt.Errorf("%w: part %d does not hold", ErrToken, i+2)
		}
		copy(into, octets)
	}
	return t, nil
}

// Digest returns what the cloud keeps of the secret.
func (t Token) Digest() [sha256.Size]byte { return sha256.Sum256(t.Secret[:]) }
