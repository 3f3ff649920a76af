/** Where I am, for a screen: asked when somebody wants to know, and told in words when nobody knows. */
import { device, NoPosition, type Fix, type PositionFault } from "../../device/device";

export class Me {
  fix = $state.raw<Fix | null>(null);
  fault = $state<PositionFault | null>(null);
  finding = $state(false);

  forget(): void {
    this.fix = null;
    this.fault = null;
  }

  async find(): Promise<void> {
    if (this.finding) return;
    this.finding = true;
    this.fault = null;
    try {
      this.fix = await device().position();
    } catch (failure) {
      this.fault = failure instanceof NoPosition ? failure.fault : "none";
    } finally {
      this.finding = false;
    }
  }
}
