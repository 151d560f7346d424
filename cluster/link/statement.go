package link

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Statement is what the cloud signs: which site is to run what. Its octets are JSON and are verified before they are
// read.
type Statement struct {
	Site       string    `json:"site"`
	Generation uint64    `json:"generation"` // rises by one; a lower one than was confirmed is a replay
	Digest     string    `json:"digest"`     // of the bundle, SHA-256, hexadecimal
	Size       int       `json:"size"`       // of the bundle, octets
	Issued     time.Time `json:"issued"`
	By         string    `json:"by"`
	Policy     Policy    `json:"policy"`
}

// Policy is how a node is to bring in a generation.
type Policy struct {
	HealthWindow time.Duration `json:"health_window_ns"`      // the new generation is watched for so long
	MaxBadTags   float64       `json:"max_bad_tags"`          // share of all, 0 to 1, above what was bad before
	MaxRestarts  int           `json:"max_restarts"`          // of its actors within the window
	ConfirmIn    time.Duration `json:"confirm_in_ns"`         // for the cloud's confirmation, where it is needed
	HoldFor      time.Duration `json:"hold_for_ns,omitempty"` // for the site's interlock, then it is withdrawn
	KeepDrift    bool          `json:"keep_drift,omitempty"`  // a local change stays until the next generation; else it is overridden
}

// DefaultPolicy is that of a generation of which nothing else was said.
func DefaultPolicy() Policy {
	return Policy{
		HealthWindow: 30 * time.Second, MaxBadTags: 0.1, MaxRestarts: 3,
		ConfirmIn: 2 * time.Minute, HoldFor: time.Hour,
	}
}

// Errors of a statement.
var (
	ErrSigner    = errors.New("the signer is not one that the cloud has named at enrolment")
	ErrSignature = errors.New("the signature does not hold")
	ErrOtherSite = errors.New("the statement is for another site")
)

// statementContext separates these signatures from any other use of the key.
const statementContext = "holdfast generation 1\n"

// SignStatement returns the announcement of a generation.
func SignStatement(key ed25519.PrivateKey, s Statement) (*wire.Desired, error) {
	signed, err := sign(key, statementContext, s)
	return &wire.Desired{Statement: signed.Statement, Signature: signed.Signature, Signer: signed.Signer}, err
}

// VerifyStatement returns what an announcement says, if one of the signers has signed it for the site.
func VerifyStatement(d *wire.Desired, signers []ed25519.PublicKey, site string) (s Statement, err error) {
	signed := Signed{Statement: d.GetStatement(), Signature: d.GetSignature(), Signer: d.GetSigner()}
	if err := signed.read(statementContext, signers, &s); err != nil {
		return Statement{}, err
	}
	if s.Site != site {
		return Statement{}, ErrOtherSite
	}
	return s, nil
}

// Signed is a statement as it was signed: its octets, and by whom.
type Signed struct {
	Statement []byte `json:"statement"`
	Signature []byte `json:"signature"` // Ed25519
	Signer    []byte `json:"signer"`    // the public key
}

// sign signs a value's JSON, apart from what is signed in another context.
func sign(key ed25519.PrivateKey, context string, value any) (Signed, error) {
	octets, err := json.Marshal(value)
	if err != nil {
		return Signed{}, fmt.Errorf("write the statement: %w", err)
	}
	public := key.Public().(ed25519.PublicKey)
	return Signed{octets, ed25519.Sign(key, append([]byte(context), octets...)), public}, nil
}

// read reads a statement into a value, if one of the signers has signed it.
func (s Signed) read(context string, signers []ed25519.PublicKey, into any) error {
	known := slices.ContainsFunc(signers, func(k ed25519.PublicKey) bool { return bytes.Equal(k, s.Signer) })
	if !known {
		return ErrSigner
	}
	if !ed25519.Verify(s.Signer, append([]byte(context), s.Statement...), s.Signature) {
		return ErrSignature
	}
	if err := json.Unmarshal(s.Statement, into); err != nil {
		return fmt.Errorf("read the statement: %w", err)
	}
	return nil
}
