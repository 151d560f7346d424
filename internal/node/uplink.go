package node

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// UplinkDir is where a node that keeps its things in dir has its credentials for the cloud.
func UplinkDir(dir string) string { return filepath.Join(dir, "uplink") }

// cloud is a node's way to its cloud. A node that has joined none has none.
type cloud struct {
	env         uplink.Env
	status      uplink.Status
	canRestart  bool
	generations *generations
}

// openCloud reads whether the node has joined a cloud. The cloud knows the site by the name that it was joined with.
func (n *Node) openCloud(canRestart bool) error {
	dir := UplinkDir(n.means.Dir)
	credentials, err := enrol.Load(dir)
	if errors.Is(err, enrol.ErrNotJoined) {
		return nil
	}
	if err != nil {
		return err
	}
	if credentials.Site != n.Site() {
		return fmt.Errorf("the configuration is of site %s, and this node has joined its cloud as %s: change the name, or join again", n.Site(), credentials.Site)
	}
	c := &cloud{canRestart: canRestart}
	c.env = uplink.Env{
		Dir: dir, Version: n.means.Version, Boot: n.life.boot.Number, Plant: &plant{n}, Documents: n.life.state,
		Logger: n.means.Logger, Now: time.Now, Random: rand.Float64, Status: &c.status,
	}
	if n.upgrades != nil && canRestart {
		c.env.Platform = Platform()
	}
	c.generations = openGenerations(n, dir)
	n.cloud = c
	return nil
}

// growCloud starts what speaks to the cloud.
func (n *Node) growCloud() error {
	if n.cloud == nil {
		return nil
	}
	n.cloud.env.System = n.system
	parts := []supervisor.Spec{uplink.Spec(n.cloud.env), service("generations", n.cloud.generations.run)}
	if n.upgrades != nil {
		parts = append(parts, service("upgrade", n.upgrades.watch))
	}
	for _, spec := range parts {
		if _, err := n.system.Spawn(spec); err != nil {
			return fmt.Errorf("start %s: %w", spec.Name, err)
		}
	}
	return nil
}

// reportToCloud says that what the node reports has changed.
func (n *Node) reportToCloud() {
	if n.cloud == nil {
		return
	}
	n.cloud.generations.wake()
	if pid, ok := n.system.Lookup(uplink.ControlPath); ok {
		n.system.Send(pid, uplink.Changed{})
	}
}

// telemetryName is the actor of the telemetry, and its cursor; no configured sink can be called so.
const telemetryName = "telemetry:cloud"

// uplinkParts is the telemetry, where the site sends any.
func (n *Node) uplinkParts(s *scene) []part {
	u := s.site.Uplink
	if n.cloud == nil || len(u.Streams) == 0 {
		return nil
	}
	c := sink.Config{Sink: uplink.Telemetry{Env: n.cloud.env}, Streams: u.Streams, Window: uplink.Window, Config: &config.Sink{
		Name: telemetryName, Type: "cloud", Historical: config.HistoricalMark, MaxBacklog: u.MaxBacklog, MaxBacklogAge: u.MaxBacklogAge,
		OnError: config.OnError{MinWait: 200 * time.Millisecond, MaxWait: 15 * time.Second, Refused: config.RefusedDrop},
	}}
	made := fmt.Sprintf("%s %d %s", strings.Join(u.Streams, ","), u.MaxBacklog, u.MaxBacklogAge)
	return []part{{"/uplink", sink.Spec(n.sinkEnv(s), c), made}}
}

// Cloud returns how the node stands to its cloud; ok is false where it has joined none.
func (n *Node) Cloud() (v uplink.View, ok bool) {
	if n.cloud == nil {
		return v, false
	}
	return n.cloud.status.View(), true
}
