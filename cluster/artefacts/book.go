package artefacts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
)

// Where artefacts and grants are in the store.
const (
	Prefix      = "/holdfast/artefacts/"
	grantPrefix = "/holdfast/grants/" // DIGEST/SITE
)

// Book is the artefacts of a cloud. It may be used concurrently.
type Book struct {
	store kv.Store
	blobs blob.Store
	audit *audit.Log
	now   func() time.Time
}

// NewBook returns the book in a store.
func NewBook(store kv.Store, blobs blob.Store, log *audit.Log, now func() time.Time) *Book {
	return &Book{store, blobs, log, now}
}

func blobKey(digest string) string { return "artefacts/" + digest }

// Put keeps an artefact. One of the same octets is there already: that one is returned, as it was put first.
func (b *Book) Put(ctx context.Context, a Artefact, octets []byte) (Artefact, error) {
	if err := a.check(octets); err != nil {
		return a, err
	}
	a.Digest, a.Size, a.Uploaded = link.Digest(octets), int64(len(octets)), b.now().UTC()
	if err := b.blobs.Put(ctx, blobKey(a.Digest), octets); err != nil {
		return a, err
	}
	_, err := b.store.Commit(ctx, kv.Txn{If: []kv.Check{{Key: Prefix + a.Digest}}, Put: []kv.Put{{Key: Prefix + a.Digest, Value: kv.Encode(a)}}})
	if errors.Is(err, kv.ErrConflict) {
		return b.Artefact(ctx, a.Digest)
	}
	if err != nil {
		return a, err
	}
	return a, b.write(ctx, a, a.By, "put artefact", "done", fmt.Sprintf("%s of %d octets, sha256 %s", a.Kind, a.Size, a.Digest))
}

func (b *Book) write(ctx context.Context, a Artefact, by, what, result, detail string) error {
	return b.audit.Write(ctx, audit.Record{Who: by, What: what, Target: strings.TrimSpace(a.Name + " " + a.Version + " " + a.Platform), Result: result, Detail: detail})
}

// Artefact returns one, or ErrUnknown.
func (b *Book) Artefact(ctx context.Context, digest string) (Artefact, error) {
	if !link.IsDigest(digest) {
		return Artefact{}, fmt.Errorf("artefact %s: %w", link.Cut(digest), ErrUnknown)
	}
	a, _, err := kv.Load[Artefact](ctx, b.store, Prefix+digest)
	if errors.Is(err, kv.ErrNotFound) {
		return a, fmt.Errorf("artefact %s: %w", digest, ErrUnknown)
	}
	return a, err
}

// List returns all artefacts, by digest.
func (b *Book) List(ctx context.Context) ([]Artefact, error) {
	list, _, err := kv.LoadAll[Artefact](ctx, b.store, Prefix)
	return list, err
}

// Open returns the octets of an artefact from an offset on. Whoever reads them checks the digest.
func (b *Book) Open(ctx context.Context, digest string, offset int64) (io.ReadCloser, error) {
	return b.blobs.Open(ctx, blobKey(digest), offset)
}

// Remove forgets an artefact. One that sites were told to use is ErrUsed, unless it is forced: they cannot fetch it again then.
func (b *Book) Remove(ctx context.Context, digest string, force bool, by string) error {
	a, err := b.Artefact(ctx, digest)
	if err != nil {
		return err
	}
	grants, _, err := b.store.List(ctx, grantPrefix+digest+"/")
	if err != nil {
		return err
	}
	if len(grants) > 0 && !force {
		site := strings.TrimPrefix(grants[0].Key, grantPrefix+digest+"/")
		return fmt.Errorf("remove %s: %w: %d of them, such as %s", a.Name, ErrUsed, len(grants), site)
	}
	remove := kv.Txn{Delete: []string{Prefix + digest}}
	if _, err := b.store.Commit(ctx, remove); err != nil {
		return err
	}
	for _, g := range grants {
		if _, err := b.store.Commit(ctx, kv.Txn{Delete: []string{g.Key}}); err != nil {
			return err
		}
	}
	if err := b.blobs.Delete(ctx, blobKey(digest)); err != nil {
		return err
	}
	return b.write(ctx, a, by, "remove artefact", "done", "sha256 "+digest)
}

// Grant lets a site fetch artefacts.
func (b *Book) Grant(ctx context.Context, site string, digests ...string) error {
	for _, digest := range digests {
		key := grantPrefix + digest + "/" + site
		if _, err := b.store.Get(ctx, key); err == nil {
			continue
		}
		if _, err := b.store.Commit(ctx, kv.Txn{Put: []kv.Put{{Key: key, Value: []byte("1")}}}); err != nil {
			return fmt.Errorf("let %s fetch %s: %w", site, digest, err)
		}
	}
	return nil
}

// May tells whether a site is to have an artefact.
func (b *Book) May(ctx context.Context, site, digest string) (bool, error) {
	if !link.IsDigest(digest) {
		return false, nil
	}
	_, err := b.store.Get(ctx, grantPrefix+digest+"/"+site)
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Named returns the modules whose digests stand in a text, as a configuration names them.
func (b *Book) Named(ctx context.Context, text string) (named []Artefact, err error) {
	for _, digest := range regexp.MustCompile(`\b[0-9a-f]{64}\b`).FindAllString(text, -1) {
		a, err := b.Artefact(ctx, digest)
		if errors.Is(err, ErrUnknown) || err == nil && a.Kind != Wasm {
			continue
		}
		if err != nil {
			return nil, err
		}
		named = append(named, a)
	}
	return named, nil
}
