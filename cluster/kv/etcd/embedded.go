package etcd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.uber.org/zap"
)

// Embedded is an etcd inside of this process, for a cloud of one member. It listens on loopback sockets that nothing
// else is told of. Close must be called.
type Embedded struct {
	*Client

	server *embed.Etcd
}

// Embed starts an etcd over a directory and waits until it can be used.
func Embed(ctx context.Context, dir string) (*Embedded, error) {
	config := embed.NewConfig()
	config.Name, config.Dir = "holdfast", dir
	loopback := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config.ListenClientUrls, config.ListenPeerUrls = nil, loopback
	config.AdvertiseClientUrls, config.AdvertisePeerUrls = loopback, []url.URL{{Scheme: "http", Host: "127.0.0.1:1"}}
	config.InitialCluster = "holdfast=http://127.0.0.1:1"
	config.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
	config.TickMs, config.ElectionMs = 20, 200 // nobody to elect but itself
	config.AutoCompactionMode, config.AutoCompactionRetention = embed.CompactorModeRevision, "10000"
	config.QuotaBackendBytes = 2 << 30
	server, err := embed.StartEtcd(config)
	if err != nil {
		return nil, fmt.Errorf("start etcd in %s: %w", dir, err)
	}
	select {
	case <-server.Server.ReadyNotify():
	case <-server.Server.StopNotify():
		return nil, errors.New("start etcd: it stopped")
	case <-ctx.Done():
		server.Close()
		return nil, fmt.Errorf("start etcd: %w", ctx.Err())
	case <-time.After(time.Minute):
		server.Close()
		return nil, errors.New("start etcd: not ready within a minute")
	}
	return &Embedded{Client: &Client{v3client.New(server.Server)}, server: server}, nil
}

// Close ends the client and the server.
func (e *Embedded) Close() error {
	_ = e.Client.Close() // it has no connection, and says that its context is done
	e.server.Close()
	<-e.server.Server.StopNotify()
	return nil
}
