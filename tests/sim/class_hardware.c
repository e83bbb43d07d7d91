/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hardware a console lists at first contact; a made-up PC that never changes.
 * Source: the classes of the CIM schema as firmware fills them.
 */
#include "class.h"
#include "device.h"

#define BIOS_DATE_S INT64_C(1597017600) /* 2020-08-10 */

static void
fill_bios(struct device *dev, size_t index, struct inst *inst)
{
	(void)dev;
	(void)index;
	inst_datetime(inst, "ReleaseDate", BIOS_DATE_S);
}

static void
fill_memory(struct device *dev, size_t index, struct inst *inst)
{
	(void)dev;
	inst_text(inst, "BankLabel", index == 0 ? "BANK 0" : "BANK 2");
	inst_text(inst, "SerialNumber", index == 0 ? "51A10001" : "51A10002");
	inst_text(inst, "Tag", index == 0 ? "9876543210" : "9876543210 (#1)");
}

static void
fill_media(struct device *dev, size_t index, struct inst *inst)
{
	(void)dev;
	inst_text(inst, "DeviceID", index == 0 ? "MEDIA DEV 0" : "MEDIA DEV 1");
	inst_text(inst, "MaxMediaSize", index == 0 ? "960197124" : "500107862");
}

/* clang-format off */
static const struct class_prop chassis_props[] = {
	{ "ChassisPackageType", "0" },
	{ "CreationClassName", "CIM_Chassis" },
	{ "ElementName", "Managed System Chassis" },
	{ "Manufacturer", "Simulated PC Works" },
	{ "Model", "Lab Desktop 1" },
	{ "OperationalStatus", "0" },
	{ "PackageType", "3" },
	{ "SerialNumber", "SIM0000001" },
	{ "Tag", "CIM_Chassis" },
	{ "Version", "1.0" },
	{ NULL, NULL },
};

static const struct class_prop card_props[] = {
	{ "CanBeFRUed", "true" },
	{ "CreationClassName", "CIM_Card" },
	{ "ElementName", "Managed System Base Board" },
	{ "Manufacturer", "Simulated PC Works" },
	{ "Model", "Lab Board 1" },
	{ "OperationalStatus", "0" },
	{ "PackageType", "9" },
	{ "SerialNumber", "SIM0000002" },
	{ "Tag", "CIM_Card" },
	{ "Version", "1.0" },
	{ NULL, NULL },
};

static const struct class_prop chip_props[] = {
	{ "CanBeFRUed", "true" },
	{ "CreationClassName", "CIM_Chip" },
	{ "ElementName", "Managed System Processor Chip" },
	{ "Manufacturer", "Intel(R) Corporation" },
	{ "OperationalStatus", "0" },
	{ "Tag", "CPU 0" },
	{ "Version", "Simulated CPU @ 2.60GHz" },
	{ NULL, NULL },
};

static const struct class_prop memory_props[] = {
	{ "Capacity", "17179869184" },
	{ "ConfiguredMemoryClockSpeed", "2400" },
	{ "CreationClassName", "CIM_PhysicalMemory" },
	{ "ElementName", "Managed System Memory Chip" },
	{ "FormFactor", "13" },
	{ "IsSpeedInMhz", "true" },
	{ "Manufacturer", "859B" },
	{ "MaxMemorySpeed", "2400" },
	{ "MemoryType", "26" },
	{ "PartNumber", "SIM16G2400 " },
	{ "Speed", "0" },
	{ NULL, NULL },
};

static const struct class_prop bios_props[] = {
	{ "ElementName", "Primary BIOS" },
	{ "Manufacturer", "Simulated BIOS Works" },
	{ "Name", "Primary BIOS" },
	{ "OperationalStatus", "0" },
	{ "PrimaryBIOS", "true" },
	{ "SoftwareElementID", "SIM1.0054" },
	{ "SoftwareElementState", "2" },
	{ "TargetOperatingSystem", "66" },
	{ "Version", "SIM1.0054" },
	{ NULL, NULL },
};

static const struct class_prop processor_props[] = {
	{ "CPUStatus", "1" },
	{ "CreationClassName", "CIM_Processor" },
	{ "CurrentClockSpeed", "2400" },
	{ "DeviceID", "CPU 0" },
	{ "ElementName", "Managed System CPU" },
	{ "EnabledState", "2" },
	{ "ExternalBusClockSpeed", "100" },
	{ "Family", "198" },
	{ "HealthState", "0" },
	{ "MaxClockSpeed", "8300" },
	{ "OperationalStatus", "0" },
	{ "OtherFamilyDescription", "" },
	{ "RequestedState", "12" },
	{ "Role", "Central" },
	{ "Stepping", "13" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "ManagedSystem" },
	{ "UpgradeMethod", "52" },
	{ NULL, NULL },
};

static const struct class_prop media_props[] = {
	{ "Capabilities", "4" },
	{ "CreationClassName", "CIM_MediaAccessDevice" },
	{ "ElementName", "Managed System Media Access Device" },
	{ "EnabledDefault", "2" },
	{ "EnabledState", "0" },
	{ "OperationalStatus", "0" },
	{ "RequestedState", "12" },
	{ "Security", "2" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "ManagedSystem" },
	{ NULL, NULL },
};
/* clang-format on */

const struct class class_hardware[] = {
	{
	    .name = "CIM_PhysicalPackage",
	    .common = true,
	    .count = class_none,
	},
	{
	    .name = "CIM_Card",
	    .bases = "CIM_PhysicalPackage CIM_PhysicalElement",
	    .common = true,
	    .props = card_props,
	},
	{
	    .name = "CIM_Chassis",
	    .bases = "CIM_PhysicalPackage CIM_PhysicalElement",
	    .common = true,
	    .props = chassis_props,
	},
	{
	    .name = "CIM_Chip",
	    .bases = "CIM_PhysicalElement",
	    .common = true,
	    .props = chip_props,
	},
	{
	    .name = "CIM_PhysicalMemory",
	    .bases = "CIM_Chip CIM_PhysicalElement",
	    .common = true,
	    .props = memory_props,
	    .count = class_two,
	    .fill = fill_memory,
	},
	{
	    .name = "CIM_BIOSElement",
	    .bases = "CIM_SoftwareElement",
	    .common = true,
	    .props = bios_props,
	    .fill = fill_bios,
	},
	{
	    .name = "CIM_Processor",
	    .bases = "CIM_LogicalDevice",
	    .common = true,
	    .props = processor_props,
	},
	{
	    .name = "CIM_MediaAccessDevice",
	    .bases = "CIM_LogicalDevice",
	    .common = true,
	    .props = media_props,
	    .count = class_two,
	    .fill = fill_media,
	},
	{ .name = NULL },
};
