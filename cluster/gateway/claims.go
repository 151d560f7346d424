package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// Where epochs and owners are in the store.
const (
	epochPrefix = "/holdfast/epochs/"
	OwnerPrefix = "/holdfast/owners/"
)

// Owner is who holds the session of a site.
type Owner struct {
	Site   string `json:"site"`
	Member string `json:"member"`
	Epoch  uint64 `json:"epoch"`
}

// claim is the ownership of a site that this member has taken.
type claim struct {
	Owner

	version int64
}

// check holds for as long as the claim does.
func (c claim) check() kv.Check { return kv.Check{Key: OwnerPrefix + c.Site, Version: c.version} }

// What taking a site meets.
var (
	errNoLease = errors.New("this member has no contact with the others")
	errTaken   = errors.New("another member has the site")
)

// claims takes and gives up sites. It may be used concurrently.
type claims struct {
	store  kv.Store
	member string
	lease  atomic.Pointer[kv.Lease]
}

// current returns the member's lease while it certainly holds.
func (c *claims) current() (kv.Lease, bool) {
	l := c.lease.Load()
	if l == nil || !(*l).Alive() {
		return nil, false
	}
	return *l, true
}

// take raises the epoch of a site above every one that was, the node's too, and makes this member the owner. A known
// claim is taken again, unless somebody else has the site by now.
func (c *claims) take(ctx context.Context, site string, known *claim, least uint64) (claim, error) {
	for {
		lease, ok := c.current()
		if !ok {
			return claim{}, errNoLease
		}
		epoch, version, err := kv.Load[uint64](ctx, c.store, epochPrefix+site)
		if err != nil && !errors.Is(err, kv.ErrNotFound) {
			return claim{}, err
		}
		if known != nil && epoch != known.Epoch {
			return claim{}, fmt.Errorf("site %s: %w", site, errTaken)
		}
		o := Owner{Site: site, Member: c.member, Epoch: max(epoch, least) + 1}
		taken, err := c.store.Commit(ctx, kv.Txn{
			If:  []kv.Check{{Key: epochPrefix + site, Version: version}},
			Put: []kv.Put{{Key: epochPrefix + site, Value: kv.Encode(o.Epoch)}, {Key: OwnerPrefix + site, Value: kv.Encode(o), Lease: lease}},
		})
		if !errors.Is(err, kv.ErrConflict) {
			return claim{o, taken}, err
		}
	}
}

// release gives a site up, if the claim still holds.
func (c *claims) release(ctx context.Context, held claim) error {
	_, err := c.store.Commit(ctx, kv.Txn{If: []kv.Check{held.check()}, Delete: []string{OwnerPrefix + held.Site}})
	if errors.Is(err, kv.ErrConflict) {
		return nil
	}
	return err
}
