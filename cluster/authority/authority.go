// Package authority is the cloud's CA and the key that signs generations: files in one directory, which every member of a
// cloud has. They are never in etcd and never in the blob store.
//
//	authority-1.crt  authority-1.key    a CA; the one of the highest number signs
//	signer-1.key                        an Ed25519 key; the one of the highest number signs
//	authority-1.crt.retired …           trusted no more
package authority

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// life is how long a CA lives; its rotation is for the operator to time.
const life = 20 * 365 * 24 * time.Hour

// Authority issues certificates and signs generations. It may be used concurrently.
type Authority struct {
	dir string

	mu      sync.RWMutex
	cas     []ca // highest number first
	signers []ed25519.PrivateKey
	last    int // highest number that was ever used
}

type ca struct {
	number int
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
}

// Open reads the directory, and makes the first CA and signer where there are none.
func Open(dir string, now time.Time) (*Authority, error) {
	a := &Authority{dir: dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the CA: %w", err)
	}
	if err := a.Refresh(); err != nil {
		return nil, err
	}
	if len(a.cas) > 0 && len(a.signers) > 0 {
		return a, nil
	}
	if len(a.cas)+len(a.signers)+a.last > 0 {
		return nil, fmt.Errorf("open the CA: files are missing from %s: restore it from the backup", dir)
	}
	err := a.Rotate(now)
	return a, err
}

// Refresh reads the directory again: another member may have rotated.
func (a *Authority) Refresh() error {
	cas, signers, last, err := load(a.dir)
	if err != nil {
		return fmt.Errorf("read the CA in %s: %w", a.dir, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.cas) > 0 && len(cas) == 0 {
		return fmt.Errorf("read the CA in %s: its files are gone", a.dir)
	}
	a.cas, a.signers, a.last = cas, signers, last
	return nil
}

// Rotate makes a new CA and a new signer, which sign from now on. The old ones are trusted until Retire.
func (a *Authority) Rotate(now time.Time) error {
	a.mu.RLock()
	number := a.last + 1
	a.mu.RUnlock()
	if err := create(a.dir, number, now); err != nil {
		return fmt.Errorf("make CA %d: %w", number, err)
	}
	return a.Refresh()
}

// ErrLast says that the CA that signs cannot be retired.
var ErrLast = errors.New("this CA signs: rotate first")

// Retire ends the trust in a CA and its signer. Sites that have not renewed since the rotation need a new token.
func (a *Authority) Retire(number int) error {
	a.mu.RLock()
	current := a.cas[0].number
	a.mu.RUnlock()
	if number == current {
		return ErrLast
	}
	if err := retire(a.dir, number); err != nil {
		return fmt.Errorf("retire CA %d: %w", number, err)
	}
	return a.Refresh()
}

// Numbers returns the CAs that are trusted, the signing one first.
func (a *Authority) Numbers() (numbers []int) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, c := range a.cas {
		numbers = append(numbers, c.number)
	}
	return numbers
}

// Roots returns the certificates of the CAs, DER, the signing one first.
func (a *Authority) Roots() (roots [][]byte) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, c := range a.cas {
		roots = append(roots, c.cert.Raw)
	}
	return roots
}

// Oldest returns the certificate of the CA that members' certificates are of, DER: what a node that joins can check.
func (a *Authority) Oldest() []byte {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.cas[len(a.cas)-1].cert.Raw
}

// Pool returns the CAs to verify with.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, c := range a.cas {
		pool.AddCert(c.cert)
	}
	return pool
}

// Signers returns the public keys that generations may be signed with.
func (a *Authority) Signers() (keys [][]byte) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, k := range a.signers {
		keys = append(keys, k.Public().(ed25519.PublicKey))
	}
	return keys
}

// Sign returns the announcement of a generation.
func (a *Authority) Sign(s link.Statement) (*wire.Desired, error) {
	return link.SignStatement(a.signer(), s)
}

// SignProgram signs that a site is to run a version of its program.
func (a *Authority) SignProgram(s link.ProgramStatement) (link.Signed, error) {
	return link.SignProgram(a.signer(), s)
}

func (a *Authority) signer() ed25519.PrivateKey {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.signers[0]
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }
