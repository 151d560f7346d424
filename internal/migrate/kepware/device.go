package kepware

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

// device is a device of Kepware while it is read.
type device struct {
	*migrate.Object
	report  *migrate.Report
	rest    *rest
	channel string
	prefix  string // of the driver's own properties
	frames  string // of a serial line: rtu or ascii; empty: none
	line    string // its endpoint

	options options
	orders  orders
	masks   bool          // bits of registers are written in one step
	scan    time.Duration // of tags that have none of their own
	made    *plant.Device
}

// orders are those of numbers of 16, 32 and 64 bit; empty is the standard's.
type orders struct{ single, double, quad string }

// read makes a device here.
func (d *device) read(p *plant.Plant) {
	name := d.Text(nameKey)
	d.Origin = d.Named("device " + d.channel + "." + name)
	d.Ask(driverKey, descriptionKey)
	endpoint, unit, err := d.endpoint()
	if err != nil {
		d.report.LeftOut(d.Origin, err.Error())
		return
	}
	if !d.Flag("servermain.DEVICE_DATA_COLLECTION", true) {
		d.report.LeftOut(d.Origin, "its data collection is switched off")
		return
	}
	d.made = p.Add(d.Origin, name, endpoint, unit)
	d.settings()
	d.tags(d.Object, nil)
	if d.Flag("servermain.DEVICE_SIMULATED", false) {
		d.report.Hand(d.Place("servermain.DEVICE_SIMULATED"), "the device is simulated there, and is asked here")
	}
	d.rest.tell(d.Object)
	d.report.Taken(d.Origin)
}

// endpoint reads <HOST>.UNIT, or the number of a unit on a serial line.
func (d *device) endpoint() (endpoint string, unit int, err error) {
	id := d.Text("servermain.DEVICE_ID_STRING")
	if d.frames != "" {
		if id == "" {
			id = d.Text("servermain.DEVICE_ID_DECIMAL")
		}
		unit, err = strconv.Atoi(id)
		if err != nil || unit < 1 || unit > 247 {
			return "", 0, fmt.Errorf("its id %.20q is no unit of a serial line", id)
		}
		return d.line, unit, nil
	}
	host, number, _ := strings.Cut(strings.TrimPrefix(id, "<"), ">")
	unit, err = strconv.Atoi(strings.TrimPrefix(number, "."))
	if err != nil || unit < 0 || unit > 255 || host == "" || host == id {
		return "", 0, fmt.Errorf("its id %.60q is not <HOST>.UNIT", id)
	}
	if net.ParseIP(host) == nil {
		d.report.Hand(d.Place("servermain.DEVICE_ID_STRING"), "the host is a name: it has to be known on this machine, too")
	}
	scheme := "tcp"
	if d.Int(d.prefix+"DEVICE_ETHERNET_IP_PROTOCOL", 1) == 0 {
		scheme = "udp"
	}
	return plant.Socket(scheme, host, d.Int(d.prefix+"DEVICE_ETHERNET_PORT_NUMBER", 502)), unit, nil
}

// settings reads what holds for all tags of the device.
func (d *device) settings() {
	node := d.made.Node
	d.options = options{
		base:     one(d.Flag(d.prefix+"DEVICE_ZERO_BASED_ADDRESSING", true)),
		firstBit: one(!d.Flag(d.prefix+"DEVICE_ZERO_BASED_BIT_ADDRESSING", true)),
		reversed: d.Flag(d.prefix+"DEVICE_MODICON_BIT_ORDER", false),
	}
	d.orders = ordersOf(!d.Flag(d.prefix+"DEVICE_MODBUS_BYTE_ORDER", true),
		d.Flag(d.prefix+"DEVICE_FIRST_WORD_LOW", true), d.Flag(d.prefix+"DEVICE_FIRST_DWORD_LOW", true))
	d.scan = time.Duration(d.Int("servermain.DEVICE_SCAN_MODE_RATE_MS", 1000)) * time.Millisecond
	d.Ask("servermain.DEVICE_SCAN_MODE")
	if ms := d.Int("servermain.DEVICE_REQUEST_TIMEOUT_MILLISECONDS", 1000); ms != 1000 && ms > 0 {
		node.Duration("timeout", min(time.Duration(ms)*time.Millisecond, time.Minute))
	}
	if n := d.Int("servermain.DEVICE_AUTO_DEMOTION_DEMOTE_AFTER_SUCCESSIVE_TIMEOUTS", 3); n > 0 && n <= 100 && n != 3 {
		node.Int("demote_after", n)
	}
	d.blocks(node)
	d.masks = d.Flag(d.prefix+"DEVICE_HOLDING_REGISTER_BIT_MASK_WRITES", false)
}

// blocks reads the most that the device gives at once. 32 is what everybody has there who has not thought about it, and
// says nothing about the device.
func (d *device) blocks(node *migrate.Node) {
	registers := min(d.Int(d.prefix+"DEVICE_INTERNAL_REGISTERS", 125), d.Int(d.prefix+"DEVICE_HOLDING_REGISTERS", 125))
	bits := min(d.Int(d.prefix+"DEVICE_OUTPUT_COILS", 2000), d.Int(d.prefix+"DEVICE_INPUT_COILS", 2000))
	if registers >= 4 && registers < 125 && registers != standardBlock {
		node.Int("max_registers", registers)
	}
	if bits >= 8 && bits < 2000 && bits != standardBlock {
		node.Int("max_bits", bits)
	}
}

const standardBlock = 32

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ordersOf names the orders of the bytes. Swapped: the low byte of a register comes first; word, dword: the low word of
// 32 bits, the low half of 64 bits comes first.
func ordersOf(swapped, word, dword bool) orders {
	at := one(swapped) + 2*one(word) + 4*one(dword)
	return orders{
		single: [...]string{"", "BA"}[one(swapped)],
		double: [...]string{"", "BADC", "CDAB", "DCBA"}[at&3],
		quad:   [...]string{"", "BADCFEHG", "CDABGHEF", "DCBAHGFE", "EFGHABCD", "FEHGBADC", "GHEFCDAB", "HGFEDCBA"}[at],
	}
}
