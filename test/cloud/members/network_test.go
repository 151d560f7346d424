//go:build linux

package members_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// network is two bridges in a namespace of their own, to which hosts are plugged.
type network struct {
	t      *testing.T
	prefix string // of the namespaces' names
	hub    *host
}

// host is a network namespace. It is a dialer: what it dials leaves from there.
type host struct {
	net   *network
	name  string
	space string // name of the namespace
	file  *os.File
}

// The two networks.
const (
	front = "10.77.0." // sites and members
	back  = "10.78.0." // members and etcd
)

// newNetwork makes the bridges. The namespaces vanish with the test.
func newNetwork(t *testing.T, label string) *network {
	t.Helper()
	n := &network{t: t, prefix: fmt.Sprintf("hf%d-%s-", os.Getpid(), label)}
	n.hub = n.namespace("hub")
	n.batch(n.hub,
		"link add front type bridge", "addr add "+front+"1/24 dev front", "link set front up",
		"link add back type bridge", "addr add "+back+"1/24 dev back", "link set back up")
	return n
}

func (n *network) namespace(name string) *host {
	n.t.Helper()
	h := &host{net: n, name: name, space: n.prefix + name}
	ip(n.t, "", "netns", "add", h.space)
	n.t.Cleanup(func() { ip(n.t, "", "netns", "del", h.space) })
	file, err := os.Open("/run/netns/" + h.space)
	if err != nil {
		n.t.Fatal(err)
	}
	h.file = file
	n.t.Cleanup(func() { _ = file.Close() })
	n.batch(h, "link set lo up")
	return h
}

// host makes a namespace with an address in each of the networks whose last octet is not 0.
func (n *network) host(name string, frontOctet, backOctet int) *host {
	n.t.Helper()
	h := n.namespace(name)
	for bridge, address := range map[string]string{"front": fmt.Sprint(front, frontOctet), "back": fmt.Sprint(back, backOctet)} {
		if strings.HasSuffix(address, ".0") {
			continue
		}
		port := h.port(bridge)
		n.batch(n.hub, "link add "+port+" type veth peer name "+bridge+" netns "+h.space, "link set "+port+" master "+bridge+" up")
		n.batch(h, "addr add "+address+"/24 dev "+bridge, "link set "+bridge+" up")
	}
	return h
}

// port is the host's place at a bridge.
func (h *host) port(bridge string) string { return h.name + "-" + bridge[:1] }

// cut unplugs the host from a bridge, or plugs it in again. Nobody is told, not by a lost carrier either: connections are
// half open.
func (h *host) cut(bridge string, cut bool) {
	where := "master " + bridge
	if cut {
		where = "nomaster"
	}
	h.net.batch(h.net.hub, "link set "+h.port(bridge)+" "+where)
}

// command is a process in the namespace.
func (h *host) command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", h.space, program}, arguments...)...)
}

func (n *network) batch(h *host, lines ...string) {
	n.t.Helper()
	ip(n.t, strings.Join(lines, "\n"), "-n", h.space, "-batch", "-")
}

func ip(t *testing.T, input string, arguments ...string) {
	t.Helper()
	cmd := exec.Command("ip", arguments...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s%s", strings.Join(arguments, " "), err, input, out)
	}
}

// DialContext dials from the namespace. The address is a literal one, so that all is done by the calling thread.
func (h *host) DialContext(ctx context.Context, network, address string) (c net.Conn, err error) {
	err = h.inside(func() error {
		c, err = (&net.Dialer{}).DialContext(ctx, network, address)
		return err
	})
	return c, err
}

// inside calls f on a thread that is in the namespace: sockets that it opens are of there.
func (h *host) inside(f func() error) error {
	runtime.LockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer home.Close()
	if err := unix.Setns(int(h.file.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err = f()
	if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
		return back // the thread stays locked, and ends with its goroutine
	}
	runtime.UnlockOSThread()
	return err
}
