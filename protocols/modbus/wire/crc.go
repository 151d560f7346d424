package wire

// crcTable holds the CRC-16 of each byte, polynomial A001 reversed (SL §6.2.2).
var crcTable = func() (table [256]uint16) {
	for i := range table {
		crc := uint16(i)
		for range 8 {
			carry := crc&1 != 0
			crc >>= 1
			if carry {
				crc ^= 0xA001
			}
		}
		table[i] = crc
	}
	return table
}()

// crc16 returns the check of an RTU frame, which goes out low byte first.
func crc16(data []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, b := range data {
		crc = crc>>8 ^ crcTable[byte(crc)^b]
	}
	return crc
}

// lrc returns the check of an ASCII frame: what makes the sum of all bytes 0 (SL §6.2.1).
func lrc(data []byte) byte {
	var sum byte
	for _, b := range data {
		sum += b
	}
	return -sum
}
