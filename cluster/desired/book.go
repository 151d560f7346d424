// Package desired is what sites shall run, and what they say that they run: signed, numbered generations, whose bundles
// are in the blob store.
package desired

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/sites"
)

// Where desired and reported state are in the store.
const (
	Prefix         = "/holdfast/desired/"
	historyPrefix  = "/holdfast/generations/"
	ReportedPrefix = "/holdfast/reported/"
)

// Generation is what a site shall run, or was to run.
type Generation struct {
	Site   string    `json:"site"`
	Number uint64    `json:"number"`
	Digest string    `json:"digest" doc:"SHA-256 of the bundle."`
	Size   int       `json:"size"`
	Issued time.Time `json:"issued"`
	By     string    `json:"by"`
	Source string    `json:"source" doc:"apply, revert, or the rollout that it is part of."`

	Statement []byte `json:"statement"`
	Signature []byte `json:"signature"`
	Signer    []byte `json:"signer"`
}

// Message is the generation as it is announced.
func (g Generation) Message() *wire.Desired {
	return &wire.Desired{Statement: g.Statement, Signature: g.Signature, Signer: g.Signer}
}

// policy is how the site was told to bring it in.
func (g Generation) policy() link.Policy {
	var s link.Statement
	_ = json.Unmarshal(g.Statement, &s) // signed by this cloud; of none there is none
	return s.Policy
}

// ErrNone says that a site was never told what to run, or never said what it runs.
var ErrNone = errors.New("nothing yet")

// ErrDamaged says that the blob store has other octets than were put there.
var ErrDamaged = errors.New("the blob store does not have what was signed: it was damaged, or tampered with")

// Book is the generations of a cloud. It may be used concurrently.
type Book struct{ o Options }

// Options are what a book is made of.
type Options struct {
	Store     kv.Store
	Blobs     blob.Store
	Authority *authority.Authority
	Sites     *sites.Directory
	Artefacts *artefacts.Book
	Audit     *audit.Log
	Now       func() time.Time
	Policy    link.Policy // of sites that have none of their own
}

// NewBook returns the book in a store.
func NewBook(o Options) *Book { return &Book{o} }

func blobKey(digest string) string { return "bundles/" + digest }

// Change is a generation to be.
type Change struct {
	Site   string
	Bundle []byte
	By     string
	Source string
	Policy *link.Policy // nil: the site's
	Least  uint64       // number that it has at least, where a site knows of a higher one than the cloud
}

// Pack makes the bundle of a configuration: its files, and a reference to each artefact whose digest stands in them. What
// the files say themselves of references is left out.
func (b *Book) Pack(ctx context.Context, files []link.File) ([]byte, error) {
	plain, _ := link.Apart(files)
	packed, known := plain, map[string]bool{}
	for _, f := range plain {
		named, err := b.o.Artefacts.Named(ctx, f.Data)
		if err != nil {
			return nil, err
		}
		for _, a := range named {
			if !known[a.Digest] {
				known[a.Digest] = true
				packed = append(packed, link.File{Name: a.Name + "@" + a.Digest[:12], Digest: a.Digest, Size: a.Size})
			}
		}
	}
	return link.EncodeBundle(packed)
}

// Set makes a bundle the next generation of a site. The same bundle under the same policy is the same generation.
func (b *Book) Set(ctx context.Context, c Change) (Generation, error) {
	files, err := link.DecodeBundle(c.Bundle)
	if err != nil {
		return Generation{}, err
	}
	s, err := b.o.Sites.Site(ctx, c.Site)
	if err != nil {
		return Generation{}, err
	}
	_, needed := link.Apart(files)
	for _, f := range needed {
		if err := b.o.Artefacts.Grant(ctx, c.Site, f.Digest); err != nil {
			return Generation{}, err
		}
	}
	digest := link.Digest(c.Bundle)
	if err := b.o.Blobs.Put(ctx, blobKey(digest), c.Bundle); err != nil {
		return Generation{}, err
	}
	policy := b.Policy(&s)
	if c.Policy != nil {
		policy = *c.Policy
	}
	return b.next(ctx, c, digest, policy)
}

// Policy is how generations are brought in at a site: its own way, or the cloud's standard where it has none.
func (b *Book) Policy(s *sites.Site) link.Policy {
	if s.Policy != nil {
		return *s.Policy
	}
	return b.o.Policy
}

// next signs the next number and enters it, again until nobody else was faster.
func (b *Book) next(ctx context.Context, c Change, digest string, policy link.Policy) (Generation, error) {
	for {
		last, version, err := kv.Load[Generation](ctx, b.o.Store, Prefix+c.Site)
		if err != nil && !errors.Is(err, kv.ErrNotFound) {
			return last, err
		}
		if r, err := b.Reported(ctx, c.Site); err == nil && r.Target > last.Number {
			c.Least = max(c.Least, r.Target+1) // the cloud was restored from before that one
		}
		if last.Digest == digest && last.Number >= c.Least && last.policy() == policy {
			return last, nil
		}
		g := Generation{
			Site: c.Site, Number: max(last.Number+1, c.Least), Digest: digest, Size: len(c.Bundle), Issued: b.o.Now().UTC(), By: c.By, Source: c.Source,
		}
		d, err := b.o.Authority.Sign(link.Statement{
			Site: g.Site, Generation: g.Number, Digest: g.Digest, Size: g.Size, Issued: g.Issued, By: g.By, Policy: policy,
		})
		if err != nil {
			return g, err
		}
		g.Statement, g.Signature, g.Signer = d.GetStatement(), d.GetSignature(), d.GetSigner()
		if err := b.enter(ctx, g, version); !errors.Is(err, kv.ErrConflict) {
			return g, err
		}
	}
}

func (b *Book) enter(ctx context.Context, g Generation, version int64) error {
	err := b.o.Audit.Write(ctx, audit.Record{
		Who: g.By, What: g.Source, Target: g.Site, Result: "asked", Detail: fmt.Sprintf("generation %d, bundle %s", g.Number, g.Digest),
	})
	if err != nil {
		return err
	}
	value := kv.Encode(g)
	_, err = b.o.Store.Commit(ctx, kv.Txn{
		If:  []kv.Check{{Key: Prefix + g.Site, Version: version}},
		Put: []kv.Put{{Key: Prefix + g.Site, Value: value}, {Key: fmt.Sprintf("%s%s/%012d", historyPrefix, g.Site, g.Number), Value: value}},
	})
	return err
}

// Current returns what a site shall run, or ErrNone.
func (b *Book) Current(ctx context.Context, site string) (Generation, error) {
	g, _, err := kv.Load[Generation](ctx, b.o.Store, Prefix+site)
	if errors.Is(err, kv.ErrNotFound) {
		return g, fmt.Errorf("desired state of %s: %w", site, ErrNone)
	}
	return g, err
}

// History returns every generation of a site, the oldest first.
func (b *Book) History(ctx context.Context, site string) ([]Generation, error) {
	list, _, err := kv.LoadAll[Generation](ctx, b.o.Store, historyPrefix+site+"/")
	return list, err
}

// Bundle returns the bundle of a digest.
func (b *Book) Bundle(ctx context.Context, digest string) ([]byte, error) {
	if !link.IsDigest(digest) {
		return nil, fmt.Errorf("%q is no digest", link.Cut(digest))
	}
	bundle, err := b.o.Blobs.Load(ctx, blobKey(digest))
	if err == nil && link.Digest(bundle) != digest {
		err = fmt.Errorf("bundle %s: %w", digest, ErrDamaged)
	}
	return bundle, err
}

// May tells whether a site is to have a bundle: it was once told to run it.
func (b *Book) May(ctx context.Context, site, digest string) (bool, error) {
	if g, err := b.Current(ctx, site); err == nil && g.Digest == digest {
		return true, nil
	}
	list, err := b.History(ctx, site)
	for _, g := range list {
		if g.Digest == digest {
			return true, nil
		}
	}
	return false, err
}
