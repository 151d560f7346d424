// Package sites is the directory of a cloud's sites: what they are called, how they are labelled, and whom a certificate
// is believed from. It enrols, renews and revokes; docs/design/cloud.md says how.
package sites

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
)

// Prefix is where sites are in the store.
const Prefix = "/holdfast/sites/"

// Site is a site as the cloud knows it.
type Site struct {
	Name       string            `json:"name"`
	Labels     map[string]string `json:"labels,omitempty" doc:"For selectors."`
	Parameters map[string]string `json:"parameters,omitempty" doc:"For templates."`
	Policy     *link.Policy      `json:"policy,omitempty" doc:"How generations are brought in; the cloud's default where it is missing."`
	Created    time.Time         `json:"created"`
	By         string            `json:"by"`
	Serials    []string          `json:"serials,omitempty" doc:"Of the certificates that are believed, the newest first."`
	Enrolled   time.Time         `json:"enrolled,omitzero"`
	Expires    time.Time         `json:"expires,omitzero" doc:"Of the newest certificate."`
	Revoked    time.Time         `json:"revoked,omitzero"`
}

// What callers branch on.
var (
	ErrUnknown = errors.New("there is no such site")
	ErrExists  = errors.New("there is a site of this name")
	ErrRevoked = errors.New("the certificate is revoked, or a newer one has taken its place")
	ErrToken   = errors.New("the token is not known, was used, or has expired: ask for a new one")
)

// Options are what a directory is made of.
type Options struct {
	Store     kv.Store
	Authority *authority.Authority
	Now       func() time.Time
	Life      time.Duration   // of a site's certificate; 0: 90 days
	Grace     time.Duration   // for the renewal of an expired one; 0: 30 days
	TokenLife time.Duration   // 0: 24 hours
	Addresses func() []string // of the members, for the nodes
}

// Directory is the sites of a cloud. It may be used concurrently.
type Directory struct{ o Options }

// NewDirectory returns the directory in a store.
func NewDirectory(o Options) *Directory {
	day := 24 * time.Hour
	for into, standard := range map[*time.Duration]time.Duration{&o.Life: 90 * day, &o.Grace: 30 * day, &o.TokenLife: day} {
		if *into == 0 {
			*into = standard
		}
	}
	return &Directory{o}
}

// Add makes a site.
func (d *Directory) Add(ctx context.Context, s Site) error {
	if err := link.CheckName(s.Name); err != nil {
		return err
	}
	s.Created, s.Serials = d.o.Now().UTC(), nil
	_, err := d.o.Store.Commit(ctx, kv.Txn{If: []kv.Check{{Key: Prefix + s.Name}}, Put: []kv.Put{{Key: Prefix + s.Name, Value: kv.Encode(s)}}})
	if errors.Is(err, kv.ErrConflict) {
		return fmt.Errorf("add site %s: %w", s.Name, ErrExists)
	}
	return err
}

// Site returns a site, or ErrUnknown.
func (d *Directory) Site(ctx context.Context, name string) (Site, error) {
	s, _, err := kv.Load[Site](ctx, d.o.Store, Prefix+name)
	if errors.Is(err, kv.ErrNotFound) {
		return s, fmt.Errorf("%q: %w", link.Cut(name), ErrUnknown)
	}
	return s, err
}

// List returns all sites by name.
func (d *Directory) List(ctx context.Context) ([]Site, error) {
	list, _, err := kv.LoadAll[Site](ctx, d.o.Store, Prefix)
	return list, err
}

// Change changes what people say of a site: labels, parameters, policy.
func (d *Directory) Change(ctx context.Context, name string, change func(*Site)) error {
	return d.update(ctx, name, func(s *Site) error { change(s); return nil })
}

// Revoke ends the trust in every certificate of a site, at once.
func (d *Directory) Revoke(ctx context.Context, name string) error {
	return d.update(ctx, name, func(s *Site) error {
		s.Serials, s.Revoked = nil, d.o.Now().UTC()
		return nil
	})
}

// Remove forgets a site.
func (d *Directory) Remove(ctx context.Context, name string) error {
	if _, err := d.Site(ctx, name); err != nil {
		return err
	}
	_, err := d.o.Store.Commit(ctx, kv.Txn{Delete: []string{Prefix + name}})
	return err
}

func (d *Directory) update(ctx context.Context, name string, change func(*Site) error) error {
	return kv.Update(ctx, d.o.Store, Prefix+name, func(s *Site, there bool) error {
		if !there {
			return fmt.Errorf("%q: %w", link.Cut(name), ErrUnknown)
		}
		return change(s)
	})
}

// Holder returns the name of the site that a certificate is of, if the cloud has issued it and it has not expired. Whether
// it is still believed is not asked.
func (d *Directory) Holder(leaf *x509.Certificate) (string, error) {
	role, name, err := d.o.Authority.Verify(leaf, d.o.Now(), 0)
	if err != nil {
		return "", err
	}
	if role != link.SiteRole {
		return "", fmt.Errorf("a %s is no site: %w", role, link.ErrNoIdentity)
	}
	return name, nil
}

// Admit returns the site that a certificate, which TLS has verified, lets in. The first use of a renewed one ends the
// trust in the one before.
func (d *Directory) Admit(ctx context.Context, leaf *x509.Certificate) (Site, error) {
	name, err := d.Holder(leaf)
	if err != nil {
		return Site{}, err
	}
	s, err := d.Site(ctx, name)
	if err != nil {
		return s, err
	}
	serial := leaf.SerialNumber.Text(16)
	if !slices.Contains(s.Serials, serial) {
		return s, fmt.Errorf("site %s: %w", name, ErrRevoked)
	}
	if len(s.Serials) == 1 || s.Serials[0] != serial {
		return s, nil
	}
	err = d.update(ctx, name, func(s *Site) error {
		if len(s.Serials) > 0 && s.Serials[0] == serial {
			s.Serials = s.Serials[:1]
		}
		return nil
	})
	return s, err
}
