/**
 * Fire and rescue: registers as CSV, one a kind; addresses split over columns, heights in feet, floors in US survey feet above the zero of DHHN2016.
 */
import { apart, type Point } from '../ground/plane.ts';
import { toLonLat } from '../ground/projection.ts';
import { type Columns, csv, type MadeFile, textFile } from '../ground/writers.ts';
import type { Building } from '../town/buildings.ts';
import type { LandmarkSort } from '../town/landmarks.ts';
import type { Town } from '../town/town.ts';
import type { StationAt } from './energy.ts';
import { buildingNumber } from './planning.ts';

export const mainBuildings = ({ built }: Town, ...sorts: readonly LandmarkSort[]): readonly Building[] =>
  built.buildings.filter(({ landmark }) => landmark?.main && sorts.includes(landmark.sort));

/** The hospitals' ids in this register, by building number: the energy utility keeps them in its list of critical customers. */
export const hospitalIds = (town: Town): ReadonlyMap<number, string> =>
  new Map(mainBuildings(town, 'hospital').map(({ number }, index) => [number, `HOSP-${index + 1}`]));

const feet = (metres: number): number => Math.round((metres / 0.3048) * 10) / 10;
const surveyFeet = (metres: number): number => Math.round(((metres * 3937) / 1200) * 100) / 100;

const placeOf = ({ centre, street, houseNumber }: Building): Columns => {
  const [lon, lat] = toLonLat(centre);
  return { street: street?.name, house_no: houseNumber, lat, lon };
};

const phone = (extension: number): string => `+49 5555 112${String(extension).padStart(2, '0')}`;

const stationRows = (town: Town): readonly Columns[] =>
  mainBuildings(town, 'fireStation').map((building, index) => ({
    code: `FRW${index + 1}`,
    label: building.landmark?.name,
    ...placeOf(building),
    bldg: buildingNumber(building.number),
    engines: [5, 3, 2][index] ?? 1,
    crew_day: [24, 14, 0][index] ?? 0,
    tower_ft: feet(20 + index),
    phone: phone(index),
  }));

const shelterBuildings = (town: Town): readonly Building[] => mainBuildings(town, 'school', 'sportsHall', 'townHall', 'depot');
const shelterId = (index: number): string => `NU-${String(index + 1).padStart(2, '0')}`;

/** The emergency shelter next to a place, by its number. */
export const shelterNear = (town: Town, at: Point): string => {
  const away = shelterBuildings(town).map(({ centre }) => apart(centre, at));
  return shelterId(away.indexOf(Math.min(...away)));
};

const shelterRows = (town: Town): readonly Columns[] =>
  shelterBuildings(town).map((building, index) => ({
    shelter: shelterId(index),
    label: `Notunterkunft ${building.landmark?.name ?? ''}`,
    ...placeOf(building),
    bldg: buildingNumber(building.number),
    beds: 40 * (2 + ((index * 5) % 9)),
    floor_el_ftus: surveyFeet(building.levels.ground + 0.4),
    step_free: index % 3 === 1 ? 'N' : 'Y',
    phone: phone(20 + index),
  }));

/** A hospital names the energy utility's station beside it. */
const hospitalRows = (town: Town, stationAt: StationAt): readonly Columns[] =>
  mainBuildings(town, 'hospital').map((building, index) => ({
    id: `HOSP-${index + 1}`,
    label: building.landmark?.name,
    ...placeOf(building),
    bldg: buildingNumber(building.number),
    beds: [412, 176][index] ?? 90,
    emergency: index === 0 ? 'Y' : 'N',
    roof_ft: feet(building.levels.ridge - building.levels.ground),
    grid: stationAt(building.centre),
    phone: phone(40 + index),
  }));

export const fireFiles = (town: Town, stationAt: StationAt): readonly MadeFile[] => [
  textFile('agencies/fire/stations.csv', csv(stationRows(town))),
  textFile('agencies/fire/shelters.csv', csv(shelterRows(town))),
  textFile('agencies/fire/hospitals.csv', csv(hospitalRows(town, stationAt))),
];
