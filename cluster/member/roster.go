package member

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// roster is where the members are, as the store has it. It may be used concurrently.
type roster struct{ list atomic.Pointer[[]string] }

// addresses returns where sites dial the members.
func (r *roster) addresses() []string {
	if list := r.list.Load(); list != nil {
		return *list
	}
	return nil
}

// follow reads the members, and again with every change of them, until ctx is done.
func (r *roster) follow(ctx context.Context, store kv.Store) error {
	for {
		version, err := r.read(ctx, store)
		if err == nil {
			watching, cancel := context.WithCancel(ctx)
			<-store.Watch(watching, gateway.MemberPrefix, version) // any change, or that the watch is lost
			cancel()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second / 2):
		}
	}
}

func (r *roster) read(ctx context.Context, store kv.Store) (int64, error) {
	members, version, err := kv.LoadAll[gateway.Member](ctx, store, gateway.MemberPrefix)
	if err != nil {
		return 0, err
	}
	var list []string
	for _, m := range members {
		list = append(list, m.Link)
	}
	slices.Sort(list)
	r.list.Store(&list)
	return version, nil
}
