package node

import (
	"fmt"
	"path"
	"strings"
)

// targetKinds is what a target may begin with.
const targetKinds = "device, link, subscription, rule, sink or table"

// place returns the path in the tree of what a command is for. Sites that are commanded together differ in their paths,
// since an endpoint is called by its address, so a target may be a name of the configuration:
//
//	/rules/forward     a path, as it is
//	node               the whole node
//	device/boiler      also subscription/, rule/, sink/, table/
//	link/boiler        the connection that the device is at
func (p *plan) place(target string) (string, error) {
	if strings.HasPrefix(target, "/") {
		return target, nil
	}
	if target == "node" {
		return "/", nil
	}
	kind, name, ok := strings.Cut(target, "/")
	switch {
	case !ok || name == "" || strings.Contains(name, "/"):
	case kind == "device" || kind == "link":
		device, known := p.paths[name]
		if !known {
			return "", fmt.Errorf("no device is called %q", name)
		}
		if kind == "link" {
			device = path.Join(path.Dir(device), "session")
		}
		return device, nil
	case kind == "subscription" || kind == "rule" || kind == "sink" || kind == "table":
		return "/" + kind + "s/" + name, nil
	}
	return "", fmt.Errorf("%q is no target: want a path such as /rules/forward, node, or %s, a slash and a name", target, targetKinds)
}
