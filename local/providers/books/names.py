"""Names, trades and prices that make the made-up businesses readable."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ware:
    """A thing a trade deals in: prices in pounds, `tax` is `standard`, `reduced` or `zero`."""

    name: str
    sale: str | None
    purchase: str | None
    tax: str = "standard"
    account: str = "200"


@dataclass(frozen=True, slots=True)
class Trade:
    """A business to tell about: its name, its town and its wares."""

    business: str
    trade: str
    street: str
    city: str
    postcode: str
    wares: tuple[Ware, ...]


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


TRADES = (
    Trade(
        "Bramble & Finch Catering Supplies Ltd",
        "Catering supplies",
        "14 Cattle Market Road",
        "Bristol",
        "BS1 6QH",
        (
            Ware("Compostable coffee cup 12oz", "0.1175", "0.0825"),
            Ware("Kraft takeaway box, medium", "0.2150", "0.1440"),
            Ware("Wooden cutlery set", "0.0960", "0.0575"),
            Ware("Espresso beans, house blend 1kg", "18.50", "11.20", "zero"),
            Ware("Oat drink, barista 12 x 1l", "21.60", "15.90", "zero"),
            Ware("Stainless gastronorm pan 1/1", "24.95", "14.80"),
            Ware("Chef's knife 20cm", "42.00", "23.50"),
            Ware("Chopping board set, colour coded", "39.90", "22.75"),
            Ware("Commercial toaster, 6 slot", "389.00", "268.00"),
            Ware("Under-counter fridge 130l", "645.00", "472.00"),
            Ware("Sanitiser concentrate 5l", "16.40", "9.35"),
            Ware("Blue roll, pack of 6", "13.20", "7.90"),
            Ware("Equipment service visit", "95.00", None, account="205"),
            Ware("Delivery, next day", "12.50", None, account="260"),
        ),
    ),
    Trade(
        "Pennine Cycle Works Ltd",
        "Bicycle workshop",
        "3 Canal Wharf",
        "Hebden Bridge",
        "HX7 8AD",
        (
            Ware("Steel touring frame, 56cm", "745.00", "430.00"),
            Ware("Wheelset, hand built 32h", "310.00", "188.00"),
            Ware("Hydraulic disc brake set", "129.00", "79.40"),
            Ware("Chain 11 speed", "27.99", "15.60"),
            Ware("Cassette 11-34", "58.00", "35.20"),
            Ware("Tyre 700x38c, folding", "39.99", "22.10"),
            Ware("Inner tube 700c", "6.50", "2.85"),
            Ware("Brake pads, sintered", "14.75", "7.35"),
            Ware("Helmet, adult", "64.99", "38.00"),
            Ware("Child's helmet", "29.99", "17.20", "zero"),
            Ware("Panniers, waterproof pair", "118.00", "71.50"),
            Ware("Full service", "110.00", None, account="205"),
            Ware("Wheel truing", "18.00", None, account="205"),
        ),
    ),
    Trade(
        "Harbour Light Design Studio Ltd",
        "Design studio",
        "The Old Customs House, Quay Street",
        "Falmouth",
        "TR11 3LH",
        (
            Ware("Brand identity workshop, day", "1450.00", None, account="205"),
            Ware("Senior designer, day", "620.00", None, account="205"),
            Ware("Illustrator, day", "480.00", "340.00", account="205"),
            Ware("Website maintenance, month", "275.00", None, account="205"),
            Ware("Copywriting, per word", "0.4250", "0.2800", account="205"),
            Ware("Printed brochure A5, 24pp", "3.8500", "2.1200", "zero"),
            Ware("Business cards, 500", "89.00", "41.00"),
            Ware("Exhibition panel 2m x 1m", "215.00", "134.00"),
            Ware("Photo licence, web", "65.00", "48.00"),
            Ware("Domain and hosting, year", "180.00", "96.00"),
        ),
    ),
    Trade(
        "Oakridge Joinery & Sons Ltd",
        "Joinery",
        "Unit 7, Mill Lane Trading Estate",
        "Shrewsbury",
        "SY2 6BX",
        (
            Ware("Oak internal door, 762mm", "286.00", "172.00"),
            Ware("Sash window, double glazed", "845.00", "512.00"),
            Ware("Skirting board, per metre", "7.8500", "4.1250"),
            Ware("Staircase, closed riser", "1890.00", "1120.00"),
            Ware("Worktop, solid oak 3m", "329.00", "204.00"),
            Ware("Ironmongery pack", "46.50", "27.80"),
            Ware("Insulation board, fitted per m2", "34.00", "19.60", "reduced"),
            Ware("Joiner, day", "265.00", None, account="205"),
            Ware("Site survey", "85.00", None, account="205"),
            Ware("Wood finish, 2.5l", "38.75", "22.40"),
        ),
    ),
)

OVERHEADS = (
    ("Energy supply", "445", "reduced"),
    ("Broadband and phone lines", "489", "standard"),
    ("Workshop rent", "469", "standard"),
    ("Public liability insurance", "433", "exempt"),
    ("Accounting software", "463", "standard"),
    ("Courier collections", "425", "standard"),
    ("Search advertising", "400", "standard"),
    ("Cleaning contract", "408", "standard"),
    ("Van service and road tax", "449", "standard"),
    ("Rail travel", "493", "zero"),
    ("Year-end accounts", "401", "standard"),
    ("Laptop", "720", "standard"),
)

FIRST_NAMES = _words(
    "Amelia Oliver Priya Mohammed Charlotte Callum Zainab Rhys Freya Declan Chloe Tomasz Anjali "
    "Harriet Kwame Eilidh George Nia Samir Beatrice Oluwaseun Rosie Angus Leila Duncan Imogen "
    "Mateusz Sophie Yusuf Megan Alasdair Grace Ravi Florence Ewan Aisha Martha Kofi Irene Hamish "
    "Ffion Daniel Mei Joseph Niamh Isaac Thandiwe Edward Siobhan Arjun"
)
LAST_NAMES = _words(
    "Ashworth Patel Campbell Okafor Whitfield Hughes Khan Pemberton Nowak Gallagher Thornton Singh "
    "Mackenzie Bennett Ahmed Rowlands Fairclough Osei Sinclair Chowdhury Hartley Kowalski Drummond "
    "Ellison Rahman Trevelyan Boateng Lockwood Murphy Sutherland Begum Carver Llewellyn Marsh "
    "Iqbal Prescott Quinn Radcliffe Adeyemi Stanton Tregenza Underhill Varga Winslow Yeates "
    "Holloway Kerr Fletcher Mistry Byrne"
)
BUSINESS_WORDS = _words(
    "Kitchen Bakery Café Brewery Dairy Print Interiors Electrical Roofing Landscapes Logistics "
    "Joinery Motors Veterinary Nursery Lettings Architects Studio Hotel Bistro Farm Press Pottery "
    "Optical Pharmacy Textiles Engineering Marine Glazing Cycles Flooring Catering"
)
BUSINESS_PREFIXES = _words(
    "Copperfield Willow Northgate Saltmarsh Kingfisher Foxglove Granite Meadow Harbour Beacon "
    "Sycamore Thistle Oldmill Riverside Cathedral Lantern Ironbridge Moorland Orchard Pebble "
    "Quayside Redwood Silverbirch Tollgate Union Wharf Whitestone Juniper Larkspur Marlow"
)
PLACES = (
    ("Bristol", "Avon", "BS"),
    ("Leeds", "West Yorkshire", "LS"),
    ("Cardiff", "South Glamorgan", "CF"),
    ("Edinburgh", "Midlothian", "EH"),
    ("Norwich", "Norfolk", "NR"),
    ("Exeter", "Devon", "EX"),
    ("Liverpool", "Merseyside", "L"),
    ("Belfast", "County Antrim", "BT"),
    ("Newcastle upon Tyne", "Tyne and Wear", "NE"),
    ("Brighton", "East Sussex", "BN"),
    ("Sheffield", "South Yorkshire", "S"),
    ("Inverness", "Inverness-shire", "IV"),
)
FOREIGN_PLACES = (
    ("Dublin", "Leinster", "D02 X285", "Ireland", "EUR"),
    ("Rotterdam", "Zuid-Holland", "3011 AA", "Netherlands", "EUR"),
    ("Lyon", "Rhône", "69002", "France", "EUR"),
    ("Hamburg", "Hamburg", "20095", "Germany", "EUR"),
    ("Portland", "OR", "97205", "United States", "USD"),
    ("Boston", "MA", "02110", "United States", "USD"),
)
STREETS = _words(
    "High Street|Station Road|Church Lane|Victoria Road|Mill Lane|Park Avenue|Queen Street|"
    "Bridge Street|Chapel Row|Market Place|London Road|The Crescent|Castle Street",
    separator="|",
)
REGIONS = ("North", "South", "East", "West")
