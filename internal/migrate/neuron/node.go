package neuron

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

func errNone(root *migrate.Object) error {
	return &document.Error{
		File: root.File, Line: root.Line, Column: root.Column,
		Problem: "this is no export of Neuron", Fix: `want {"nodes": [{"name": …, "plugin": …, "groups": […]}]}`,
	}
}

// add makes devices of a node: one for each unit that its tags name.
func (n *node) add(p *plant.Plant, r *migrate.Report) {
	if n.params == nil && isModbus(n.plugin) {
		r.LeftOut(n.origin, "the node has no parameters, so that it is not known where its device is")
		return
	}
	if !isModbus(n.plugin) {
		r.LeftOut(n.origin, fmt.Sprintf("driver %q: only Modbus is taken (%s)", n.plugin, count(n.groups)))
		return
	}
	s, err := n.settings(r)
	if err != nil {
		r.LeftOut(n.origin, err.Error())
		return
	}
	s.plant = p
	for _, g := range n.groups {
		for _, o := range g.tags {
			s.tag(g, o)
		}
	}
	if len(s.devices) == 0 {
		r.LeftOut(n.origin, "none of its tags could be taken")
		return
	}
	r.Taken(n.origin)
}

func count(groups []group) string {
	tags := 0
	for _, g := range groups {
		tags += len(g.tags)
	}
	return fmt.Sprintf("%d groups, %d tags", len(groups), tags)
}

func isModbus(plugin string) bool {
	switch strings.ToLower(plugin) {
	case "modbus tcp", "modbus tcp community", "modbus tcp qh", "modbus rtu", "modbus rtu community", "modbus ascii", "modbus rtu over tcp":
		return true
	}
	return false
}

// settings is what the tags of a node have in common, and the devices made of them.
type settings struct {
	node     *node
	report   *migrate.Report
	plant    *plant.Plant
	endpoint string
	base     int
	order    string
	timeout  time.Duration
	demote   int
	devices  map[int]*plant.Device // by unit
}

// settings reads the parameters of the node.
func (n *node) settings(r *migrate.Report) (*settings, error) {
	s := &settings{node: n, report: r, devices: map[int]*plant.Device{}}
	o := n.params
	if o.Int("connection_mode", 0) == 1 {
		return nil, fmt.Errorf("the device connects to Neuron (connection_mode 1): the node here connects to devices")
	}
	var err error
	if s.endpoint, err = n.endpoint(); err != nil {
		return nil, err
	}
	s.base = min(max(o.Int("address_base", 1), 0), 1)
	orders := []string{"", "", "BADC", "DCBA", "CDAB"} // of numbers of 32 bit, by Neuron's numbers, from 1
	if e := o.Int("endianess", 1); e >= 1 && e < len(orders) {
		s.order = orders[e]
	}
	if o.Int("endianess_64", 1) != 1 {
		r.Hand(o.Place("endianess_64"), "numbers of 64 bit follow the device's order: look at them, and give their tags an order of eight letters")
	}
	s.timeout = time.Duration(o.Int("timeout", 3000)) * time.Millisecond
	if o.Flag("device_degrade", false) {
		s.demote = o.Int("degrade_cycle", 3)
	}
	o.Ask("device_degrade", "degrade_cycle")
	o.Rest(parameterReason)
	return s, nil
}

// parameterReason tells why a parameter of a Modbus node is not taken.
func parameterReason(key string) (reason string, moot bool) {
	switch key {
	case "interval":
		return "requests follow each other when the device has answered; one is on the way at a time", true
	case "max_retries", "retry_interval":
		return "a request that failed is made again at the next scan", true
	case "check_header":
		return "replies are always held against their requests", true
	case "degrade_time":
		return "a device that does not answer is probed after 1 s, then after twice as long each time, up to 30 s: probe_min, probe_max", true
	case "backup_host", "backup_port", "backup_ip":
		return "a second address of a device has no equivalent", false
	case "connection_mode", "transport_mode", "link", "host", "port", "device", "stop", "parity", "baud", "data":
		return "it is for another kind of connection than the node has", true
	}
	return "", false
}

// endpoint is where the device is.
func (n *node) endpoint() (string, error) {
	o, plugin := n.params, strings.ToLower(n.plugin)
	serial := strings.Contains(plugin, "rtu") || strings.Contains(plugin, "ascii")
	frames := "rtu"
	if strings.Contains(plugin, "ascii") {
		frames = "ascii"
	}
	if serial && o.Int("link", 0) == 0 && !strings.Contains(plugin, "over tcp") {
		return n.line(frames)
	}
	scheme := "tcp"
	switch {
	case serial:
		scheme = frames + "+tcp"
	case o.Int("transport_mode", 0) == 1:
		scheme = "udp"
	}
	host := o.Text("host")
	if host == "" {
		return "", fmt.Errorf("the parameter host is missing")
	}
	return plant.Socket(scheme, host, o.Int("port", 502)), nil
}

// line is a serial line, whose parameters are numbers in lists.
func (n *node) line(frames string) (string, error) {
	o := n.params
	bauds := []int{115200, 57600, 38400, 19200, 9600, 4800, 2400, 1800, 1200, 600, 300}
	parities := []string{"none", "odd", "even"}
	baud, parity, data := o.Int("baud", 4), o.Int("parity", 0), o.Int("data", 3)
	switch {
	case o.Text("device") == "":
		return "", fmt.Errorf("the parameter device is missing")
	case baud < 0 || baud >= len(bauds) || parity < 0 || parity >= len(parities) || data < 2 || data > 3:
		return "", fmt.Errorf("baud %d, parity %d and data %d are not all possible here: at least 300 bit/s, no mark or space, 7 or 8 bits", baud, parity, data)
	}
	s := plant.Serial{Device: o.Text("device"), Baud: bauds[baud], Parity: parities[parity], StopBits: 1 + o.Int("stop", 0), DataBits: data + 5}
	return s.Endpoint(frames), nil
}
