package sites

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

const tokenPrefix = "/holdfast/tokens/"

// token is what is kept of a join token.
type token struct {
	Site    string    `json:"site"`
	Digest  []byte    `json:"digest"`
	Expires time.Time `json:"expires"`
	Key     string    `json:"key,omitempty"` // digest of the public key that has used it
}

// Token returns a new token with which a site joins once. It is told to nobody again.
func (d *Directory) Token(ctx context.Context, site string) (string, time.Time, error) {
	if _, err := d.Site(ctx, site); err != nil {
		return "", time.Time{}, err
	}
	t := link.NewToken(d.o.Authority.Oldest())
	digest := t.Digest()
	kept := token{Site: site, Digest: digest[:], Expires: d.o.Now().Add(d.o.TokenLife).UTC()}
	_, err := d.o.Store.Commit(ctx, kv.Txn{Put: []kv.Put{{Key: tokenPrefix + t.ID, Value: kv.Encode(kept)}}})
	return t.String(), kept.Expires, err
}

// Join makes a token into a certificate. The same key may say the same token again until it expires, so that an answer
// that was lost costs nobody a journey to the plant.
func (d *Directory) Join(ctx context.Context, r *wire.JoinRequest) (*wire.Credentials, error) {
	public, err := authority.ReadRequest(r.GetRequest())
	if err != nil {
		return nil, err
	}
	t, err := link.ParseToken(r.GetToken())
	if err != nil {
		return nil, err
	}
	kept, version, err := kv.Load[token](ctx, d.o.Store, tokenPrefix+t.ID)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, ErrToken
	}
	if err != nil {
		return nil, err
	}
	digest, key := t.Digest(), fingerprint(public)
	if subtle.ConstantTimeCompare(digest[:], kept.Digest) != 1 || d.o.Now().After(kept.Expires) || kept.Key != "" && kept.Key != key {
		return nil, fmt.Errorf("join site %s: %w", kept.Site, ErrToken)
	}
	kept.Key = key
	used := kv.Txn{If: []kv.Check{{Key: tokenPrefix + t.ID, Version: version}}, Put: []kv.Put{{Key: tokenPrefix + t.ID, Value: kv.Encode(kept)}}}
	return d.issue(ctx, kept.Site, public, used, func(s *Site, serial string) {
		s.Serials, s.Enrolled, s.Revoked = []string{serial}, d.o.Now().UTC(), time.Time{}
	})
}

// fingerprint names a public key.
func fingerprint(key crypto.PublicKey) string {
	octets, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(octets)
	return hex.EncodeToString(sum[:])
}

// Renew gives a certificate for one that ends. The proof is of the old key.
func (d *Directory) Renew(ctx context.Context, r *wire.RenewRequest) (*wire.Credentials, error) {
	public, err := authority.ReadRequest(r.GetRequest())
	if err != nil {
		return nil, err
	}
	old, err := x509.ParseCertificate(r.GetCertificate())
	if err != nil {
		return nil, fmt.Errorf("read the certificate to be renewed: %w", err)
	}
	role, name, err := d.o.Authority.Verify(old, d.o.Now(), d.o.Grace)
	if err != nil {
		return nil, err
	}
	holder, ok := old.PublicKey.(*ecdsa.PublicKey)
	if role != link.SiteRole || !ok || !link.VerifyProof(holder, r.GetRequest(), r.GetProof()) {
		return nil, fmt.Errorf("renew site %s: %w", name, ErrProof)
	}
	s, err := d.Site(ctx, name)
	if err != nil {
		return nil, err
	}
	serial := old.SerialNumber.Text(16)
	if !slices.Contains(s.Serials, serial) {
		return nil, fmt.Errorf("renew site %s: %w", name, ErrRevoked)
	}
	return d.issue(ctx, name, public, kv.Txn{}, func(s *Site, fresh string) {
		if slices.Contains(s.Serials, serial) { // not revoked in the meantime
			s.Serials = []string{fresh, serial}
		}
	})
}

// ErrProof says that who asks does not have the key.
var ErrProof = errors.New("the proof of the old key does not hold")

// issue makes a certificate and puts it down with the site, together with what else txn does.
func (d *Directory) issue(ctx context.Context, name string, key crypto.PublicKey, txn kv.Txn, enter func(*Site, string)) (*wire.Credentials, error) {
	leaf, err := d.o.Authority.Issue(key, link.SiteRole, name, d.o.Now(), d.o.Life)
	if err != nil {
		return nil, err
	}
	s, version, err := kv.Load[Site](ctx, d.o.Store, Prefix+name)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", errors.Join(ErrUnknown, err))
	}
	serial := leaf.SerialNumber.Text(16)
	enter(&s, serial)
	if len(s.Serials) == 0 || s.Serials[0] != serial {
		return nil, fmt.Errorf("renew site %s: %w", name, ErrRevoked)
	}
	s.Expires = leaf.NotAfter.UTC()
	txn.If = append(txn.If, kv.Check{Key: Prefix + name, Version: version})
	txn.Put = append(txn.Put, kv.Put{Key: Prefix + name, Value: kv.Encode(s)})
	if _, err := d.o.Store.Commit(ctx, txn); err != nil {
		return nil, fmt.Errorf("enrol site %s: %w", name, err)
	}
	c := &wire.Credentials{
		Site: name, Certificate: leaf.Raw, Authorities: d.o.Authority.Roots(), Signers: d.o.Authority.Signers(),
		RenewAfter: d.o.Now().Add(d.o.Life * 2 / 3).Unix(),
	}
	if d.o.Addresses != nil {
		c.Addresses = d.o.Addresses()
	}
	return c, nil
}
