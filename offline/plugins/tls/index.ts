import { serve } from "../base";
import { plugin } from "./plugin";

void serve(plugin);
